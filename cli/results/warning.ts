import * as z from "zod";

const resource = z.strictObject({ account: z.string(), type: z.string(), name: z.string() });

const shutOut = z
  .strictObject({
    name: z.string().describe("ACCOUNT/USER, as the setting shutOut takes it; ACCOUNT/* for an account as a whole."),
    credentials: z.array(
      z.strictObject({
        kind: z.enum(["access key", "password", "root access key", "service-specific credential"]),
        lastUsedAt: z.string().optional().describe("ISO 8601; left out when never, or when AWS does not tell."),
        service: z.string().optional().describe("The service that it was last used for, or is for."),
      }),
    ),
    unread: z.string().optional().describe("Why the account could not be looked into, in AWS's own words."),
  })
  .describe("Somebody who can do nothing without MFA from then on.");

const refused = z.boolean().describe("Whether up refuses it, given the same flags as this preview.");

export const warningSchema = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("removals"),
        refused,
        removed: z.int(),
        before: z.int(),
        limit: z.int().describe("What one edit may remove."),
      })
      .describe("More developers would be removed than one edit may remove; --max-removals allows it."),
    z
      .strictObject({
        kind: z.literal("unprotected"),
        refused,
        organizationalUnits: z.array(z.string()),
        accounts: z
          .array(z.string())
          .describe("Development accounts that would be without the policy, as far as known."),
      })
      .describe(
        "Development accounts would be left without the service control policy; --allow-unprotected allows it.",
      ),
    z
      .strictObject({ kind: z.literal("attached"), organizationalUnits: z.array(z.string()) })
      .describe(
        "The roster alone: units that the service control policy comes to. Whom it shuts out there was not looked at.",
      ),
    z
      .strictObject({ kind: z.literal("detached"), organizationalUnits: z.array(z.string()) })
      .describe(
        "The service control policy is taken off; a roster alone does not tell which accounts that leaves without.",
      ),
    z
      .strictObject({
        kind: z.literal("auth-account-under-policy"),
        refused,
        accountId: z.string(),
        organizationalUnit: z.string(),
      })
      .describe(
        "The service control policy reaches the auth account, by the units or by a move in AWS: nobody can log in.",
      ),
    z
      .strictObject({
        kind: z.literal("account-moved"),
        refused,
        account: z.string(),
        from: z.string(),
        to: z.string(),
      })
      .describe(
        "An account's name stands for another account now, and what the stack has made in the old one stays there.",
      ),
    z
      .strictObject({
        kind: z.literal("account-renamed"),
        refused,
        accountId: z.string(),
        from: z.string(),
        to: z.string(),
      })
      .describe(
        "An account has another name now, and what the stack has made there would be deleted with the old one.",
      ),
    z
      .strictObject({
        kind: z.literal("recased"),
        refused,
        type: z.enum(["developer", "role"]),
        from: z.string(),
        to: z.string(),
      })
      .describe("A name differs from the one before only by case, which IAM takes for the same."),
    z
      .strictObject({
        kind: z.literal("shut-out"),
        refused,
        consent: z
          .enum(["needed", "given once", "in the settings", "not needed"])
          .describe("Not needed for who has used nothing for 90 days; given once by --accept-shut-out."),
        account: z.string().describe("Its name in the settings, else its id."),
        accountId: z.string(),
        users: z.array(shutOut),
        roles: z
          .array(z.strictObject({ name: z.string(), lastUsedAt: z.string().optional().describe("ISO 8601.") }))
          .optional()
          .describe("Roles of the account that some of them may assume today."),
      })
      .describe("The service control policy comes to an account and shuts these out."),
    z
      .strictObject({
        kind: z.literal("unnamed-accounts"),
        accounts: z.array(z.strictObject({ id: z.string(), name: z.string().describe("In AWS Organizations.") })),
      })
      .describe("The service control policy comes to accounts that the settings don't name."),
    z
      .strictObject({
        kind: z.literal("guard-rails-removed"),
        refused,
        guardRails: z.array(z.string()).describe("Their names, as in the settings."),
      })
      .describe("Guard rails are taken off; --allow-unprotected allows it."),
    z
      .strictObject({
        kind: z.literal("guard-rail-loose"),
        name: z.string().describe("The policy's name in AWS Organizations."),
        change: z.enum(["deleted", "detached", "changed"]),
        targets: z.array(z.string()).describe("Where it is no longer attached."),
      })
      .describe("Drift: a guard rail was taken off, or made to do something else."),
    z
      .strictObject({
        kind: z.literal("guard-rail-stops"),
        guardRail: z.string(),
        stopped: z.array(z.string()).describe("ACCOUNT/NAME of the users, or of the roles with whom these trust."),
      })
      .describe("A guard rail that is added stops somebody who is there today."),
    z
      .strictObject({
        kind: z.literal("turned"),
        who: z.string(),
        credentials: z.array(z.string()).describe("What the request is signed by, as in verify's matrix."),
        accounts: z.array(z.string()),
        actions: z.array(z.string()),
        resource: z.string().optional().describe("What they are done on, without its account."),
        from: z.enum(["allowed", "denied"]),
        to: z.enum(["allowed", "denied"]),
      })
      .describe("Lines of verify's matrix that come out otherwise after this change, by AWS's policy simulator."),
    z
      .strictObject({
        kind: z.literal("own-policies-removed"),
        refused,
        policies: z.array(z.string()).describe("Their names in AWS Organizations."),
      })
      .describe("Service control policies of the organization's own are taken off; --allow-unprotected allows it."),
    z
      .strictObject({
        kind: z.literal("own-policies-weakened"),
        refused,
        policies: z.array(
          z.strictObject({
            name: z.string().describe("The policy's name in AWS Organizations."),
            statements: z
              .array(z.string())
              .describe("The Sids of what it no longer denies, or the places, as statement 2."),
          }),
        ),
      })
      .describe("Service control policies of the organization's own deny less; --allow-unprotected allows it."),
    z
      .strictObject({
        kind: z.literal("own-policy-loose"),
        name: z.string().describe("The policy's name in AWS Organizations."),
        change: z.enum(["deleted", "detached", "changed"]),
        targets: z.array(z.string()).describe("Where it is no longer attached."),
      })
      .describe(
        "Drift: a service control policy of the organization's own was taken off, or made to say something else.",
      ),
    z
      .strictObject({
        kind: z.literal("own-policy-shuts-out"),
        refused,
        policies: z.array(z.string()).describe("Their files, as in the settings."),
        who: z.string(),
        accounts: z.array(z.string()),
        actions: z.array(z.string()).describe("What it is denied, as AWS's policy simulator has it."),
      })
      .describe(
        "Service control policies of the organization's own shut out a role by which mfa-admin, CI or StackSets work.",
      ),
    z
      .strictObject({
        kind: z.literal("own-policy-stops"),
        policies: z.array(z.string()).describe("Their names in AWS Organizations."),
        who: z.string(),
        accounts: z.array(z.string()),
        actions: z.array(z.string()).describe("Of a few that are usual, those that are denied."),
      })
      .describe("A service control policy of the organization's own, which is added or changed, stops usual work."),
    z
      .strictObject({
        kind: z.literal("exempt"),
        name: z.string().describe("ACCOUNT/USER, as in the settings."),
        arn: z.string(),
        until: z.string().describe("The last day, YYYY-MM-DD, in UTC."),
        reason: z.string(),
        ends: z.enum(["later", "soon", "ended"]).describe("soon: within 14 days."),
      })
      .describe("An IAM user is exempt from the service control policy by the settings."),
    z
      .strictObject({
        kind: z.literal("no-room"),
        refused,
        organizationalUnit: z.string(),
        policies: z.array(z.string()).describe("Names of the service control policies that are attached there."),
        coming: z.array(z.string()).describe("Names of those of the stack's that would come."),
      })
      .describe("The service control policy is to be attached where as many are attached as AWS takes."),
    z
      .strictObject({
        kind: z.literal("no-such-policy"),
        refused,
        setting: z.enum(["permissions", "permissionsBoundary"]),
        policy: z.string().describe("Its ARN, as in the settings."),
        accounts: z.array(z.string()).describe("Where it is not."),
      })
      .describe("A managed policy that roles are to have is not there."),
    z
      .strictObject({
        kind: z.enum(["account-unreached", "account-forgotten"]),
        account: z.string(),
        accountId: z.string(),
        state: z
          .string()
          .describe("As AWS Organizations has it, such as ACTIVE or CLOSED; left: it has no such account."),
        reason: z.string().describe("AWS's own words."),
        named: z.boolean().describe("Whether the settings still name the account."),
        roles: z.array(z.string()).describe("What the stack has made there."),
        notMade: z.array(z.string()).describe("Roles that the settings ask for there, and that are not made now."),
        notDeleted: z
          .array(z.string())
          .describe("Roles that the settings don't ask for any more, and that are still there."),
      })
      .describe(
        "An account that cannot be reached: nothing there is read or changed. Forgotten, with --forget-account: it is taken out of the stack, and nothing is deleted in AWS.",
      ),
    z
      .strictObject({
        kind: z.literal("service-control-policy"),
        change: z.enum(["deleted", "detached", "attached", "changed", "renamed"]),
        name: z.string(),
        organizationalUnits: z
          .array(z.string())
          .describe("Where it is no longer attached, or attached to besides, be it an account or the root."),
        repair: z.boolean().optional().describe("Whether what to run about it is told."),
      })
      .describe("Outside the stack, the service control policy was made to do something else than what it is for."),
    z
      .strictObject({
        kind: z.literal("no-full-access"),
        targets: z.array(z.strictObject({ id: z.string(), name: z.string() })).describe("Units and accounts."),
      })
      .describe("FullAWSAccess is not attached, nor another policy: nothing at all is allowed there."),
    z
      .strictObject({
        kind: z.literal("access-role"),
        account: z.string(),
        role: z.string(),
        strangers: z.array(z.string()).describe("Whom its trust policy lets in besides the management account."),
        managementAccount: z.string(),
        delegates: z
          .array(z.string())
          .exactOptional()
          .describe("The account of the credentials, where the organization's policies are delegated to it."),
      })
      .describe("Others than the management account can assume the role by which the stack acts in an account."),
    z
      .strictObject({
        kind: z.literal("denied"),
        quarantine: z.boolean(),
        developer: z.string(),
        resource,
        policies: z.array(z.string()),
      })
      .describe(
        "A user or a role has policies that only deny, such as a quarantine by AWS for a key that was found in public.",
      ),
    z
      .strictObject({
        kind: z.literal("account-uncovered"),
        accounts: z.array(z.strictObject({ account: z.string(), accountId: z.string() })),
      })
      .describe("Development accounts are below none of the units of the service control policy."),
    z
      .strictObject({ kind: z.literal("stale-trust"), developer: z.string(), resources: z.array(resource) })
      .describe("Roles trust a user who was deleted, and not the one of that name now; up puts it right."),
    z
      .strictObject({ kind: z.literal("unfinished"), resources: z.array(resource) })
      .describe("A run died while it was at work on these; the next up reads from AWS first what came of it."),
    z
      .strictObject({ kind: z.literal("exempt-nobody"), name: z.string(), arn: z.string() })
      .describe("A user who is exempt by the settings is not there."),
    z
      .strictObject({ kind: z.literal("cut-off"), developer: z.string(), resources: z.array(resource) })
      .describe("Somebody on the roster was cut off by remove-developer: nothing at all is allowed to them."),
    z
      .strictObject({
        kind: z.literal("locked"),
        developers: z.array(z.string()),
        all: z.boolean().describe("Whether by lock --all."),
        since: z.string().describe("ISO 8601."),
        until: z.string().optional().describe("When it ends by itself, ISO 8601; left out: when unlock takes it off."),
        reason: z.string().optional(),
      })
      .describe("Developers are locked: nothing at all is allowed to them until unlock, or a time."),
    z
      .strictObject({
        kind: z.literal("access-ends"),
        developer: z.string(),
        accounts: z.array(z.string()).describe("Where it ends; empty: everywhere."),
        until: z.string().describe("The last day, as the settings have it."),
        end: z.string().describe("ISO 8601, in UTC."),
        ends: z.enum(["soon", "ended"]).describe("soon: within 14 days."),
      })
      .describe(
        "Somebody's access ends by the settings, or has ended: the policies refuse, and the next up removes it.",
      ),
    z
      .strictObject({
        kind: z.literal("not-looked-at"),
        what: z.string(),
        reason: z.string().describe("In AWS's words."),
      })
      .describe("Something that carries the stack's promise could not be looked at in AWS."),
    z
      .strictObject({ kind: z.literal("name-taken"), refused, resources: z.array(resource) })
      .describe("AWS has these already, but not from this stack; --adopt takes them in."),
    z
      .strictObject({
        kind: z.literal("name-in-the-way"),
        refused,
        resources: z.array(
          z.strictObject({ ...resource.shape, found: z.string().describe("Its name in AWS."), path: z.string() }),
        ),
      })
      .describe("AWS has a name under another path or in another case, so that it can neither be made nor taken in."),
    z
      .strictObject({
        kind: z.literal("denials-lifted"),
        refused,
        resources: z.array(z.strictObject({ ...resource.shape, policies: z.array(z.string()) })),
      })
      .describe("Policies that only deny would be taken off; --lift-denials NAME allows it."),
    z
      .strictObject({ kind: z.literal("trust-policy"), developer: z.string().optional(), resources: z.array(resource) })
      .describe("Drift: somebody else may be able to assume a role, or the developer without MFA."),
    z
      .strictObject({
        kind: z.literal("permissions"),
        resource,
        managedPolicies: z.array(z.string()).describe("ARNs of those that were attached."),
        inlinePolicies: z.array(z.string()).describe("Names of those that were added or changed."),
        groups: z.array(z.string()).describe("Names of those that the user was put into."),
        boundary: z.boolean().describe("Whether the permissions boundary was changed or taken away."),
      })
      .describe("Drift: a user, a role or the group may do more than the stack has given."),
    z
      .strictObject({ kind: z.literal("developers-policy"), resource })
      .describe("Drift: the managed policy of all developers was changed."),
    z
      .strictObject({
        kind: z.enum(["deletion", "replacement"]),
        developer: z.string().optional().describe("Whose access it is; nothing for what all share."),
        resources: z.array(resource),
      })
      .describe("Something that carries access is deleted or replaced."),
  ])
  .meta({ id: "warning" });

export type Warning = z.infer<typeof warningSchema>;
export type ShutOut = z.infer<typeof shutOut>;
/** A warning about an edit that `up` refuses without a flag. */
export type Danger = Extract<Warning, { refused: boolean }>;
