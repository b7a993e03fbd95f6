import { counted } from "./summary.ts";
import { listed, type Mark, policyName, resourcesText } from "./phrases.ts";
import { guardRailText, turnedText } from "./guard-rail-wording.ts";
import { ownPolicyText } from "./own-policy-wording.ts";
import { unreachedText } from "./unreached-wording.ts";
import type { Danger, ShutOut, Warning } from "../results/warning.ts";
import {
  accessEndText,
  cutOffText,
  deniedText,
  inTheWayAdvice,
  inTheWayText,
  lockedText,
  noFullAccessText,
  unfinishedText,
} from "./alarm-wording.ts";

/** A warning, or one about the same loss of several developers. */
export type TellableWarning = Warning & { developers?: string[] };

/** The text of a warning, with what `up` does about it. @param accounts the number of development accounts, where it is known */
export function warningText(warning: TellableWarning, mark: Mark, accounts?: number): string {
  const fact = warningFact(warning, mark, accounts);
  if (!("refused" in warning)) return fact;
  const [consent, up] = [consentTo(warning), mark("mfa-admin up")];
  if (warning.kind === "shut-out") {
    if (warning.consent === "not needed") return fact;
    if (warning.consent === "in the settings") return `${fact} The setting ${mark("shutOut")} allows it.`;
    if (warning.refused) {
      return `${fact} ${up} refuses this unless the settings say ${mark(shutOutSetting([warning]))}, or it is run with ${mark("--accept-shut-out")}.`;
    }
  }
  if (consent === undefined) return `${fact} ${up} refuses this. ${advice(warning, mark)}`;
  return warning.refused
    ? `${fact} ${up} refuses this unless it is run with ${mark(consent)}.`
    : `${fact} With ${mark(consent)}, ${up} does this.`;
}

/** The flag by which a danger is accepted. */
export function consentTo(danger: Danger): string | undefined {
  if (danger.kind === "shut-out") {
    return danger.consent === "needed" || danger.consent === "given once" ? "--accept-shut-out" : undefined;
  }
  if (danger.kind === "removals") return `--max-removals ${danger.removed}`;
  if (danger.kind === "name-taken") return "--adopt";
  if (danger.kind === "denials-lifted") return "--lift-denials NAME";
  const takesOff = ["unprotected", "guard-rails-removed", "own-policies-removed", "own-policies-weakened"];
  return takesOff.includes(danger.kind) ? "--allow-unprotected" : undefined;
}

/** The setting that accepts shut-outs: "shutOut: [payments/ses-smtp]". */
export function shutOutSetting(dangers: { users: ShutOut[] }[]): string {
  return `shutOut: [${dangers.flatMap(({ users }) => users.map(({ name }) => name)).join(", ")}]`;
}

/** The remedy for a danger that no flag accepts. */
export function advice(danger: Danger, mark: Mark): string {
  switch (danger.kind) {
    case "account-moved":
      return "Give the new account a name of its own.";
    case "account-renamed":
      return `Keep the name ${mark(danger.from)}.`;
    case "recased":
      if (danger.type === "role") return "Keep the role prefix, or choose one that differs by more.";
      return `Keep the name, or take ${mark(danger.from)} out first, apply that, and add ${mark(danger.to)} then.`;
    case "own-policy-shuts-out":
      return `Except it there: a Condition ${mark("ArnNotLike")} on ${mark("aws:PrincipalArn")}, or the actions by ${mark("NotAction")} (docs/service-control-policies.md).`;
    case "no-room":
      return `Detach one of them, or name the unit above or those below; if AWS has granted more, say how many in ${mark("MFA_ADMIN_POLICIES_PER_TARGET")}.`;
    case "no-such-policy":
      return `Make it there first, or correct ${mark(danger.setting)}.`;
    case "auth-account-under-policy":
      return "Take the unit out of organizationalUnits, or move the auth account to another unit in AWS Organizations.";
    case "name-taken":
      return `Delete what is there already, or run ${mark("mfa-admin up --adopt")}, with it in the settings, to take it into the stack; ${mark("mfa-admin preview --adopt")} shows what it keeps and loses.`;
    case "name-in-the-way":
      return inTheWayAdvice(danger.resources, mark);
    default:
      return "";
  }
}

export function warningFact(warning: TellableWarning, mark: Mark, accounts?: number): string {
  switch (warning.kind) {
    case "removals": {
      const { removed, before, limit } = warning;
      return `This removes ${removed} of ${counted(before, "developer")}, more than the ${limit} that one edit may remove.`;
    }
    case "unprotected": {
      const { organizationalUnits, accounts } = warning;
      const units = listed(organizationalUnits, mark);
      return `The service control policy is taken off ${units}, which leaves ${listed(accounts, mark)} without it: a leaked access key would work there without MFA.`;
    }
    case "attached": {
      const units = listed(warning.organizationalUnits, mark);
      return `The service control policy comes to ${units}. Whom it shuts out there was not looked at: users with access keys in accounts below, of the settings and others.`;
    }
    case "detached": {
      const units = listed(warning.organizationalUnits, mark);
      return `The service control policy is taken off ${units}. Which accounts that leaves without it was not looked at: a leaked access key would work there without MFA.`;
    }
    case "auth-account-under-policy": {
      const [account, unit] = [mark(warning.accountId), mark(warning.organizationalUnit)];
      const where =
        warning.accountId === warning.organizationalUnit
          ? "has the service control policy attached to itself"
          : `is below ${unit}, a unit of the service control policy`;
      return `The auth account ${account} ${where}, which shuts out every developer there: they have to enrol and log in without MFA first.`;
    }
    case "account-moved": {
      const { account, from, to } = warning;
      return `The account ${mark(account)} was ${mark(from)} and is ${mark(to)} now, but what the stack has made in ${mark(from)} stays there.`;
    }
    case "account-renamed": {
      const { accountId, from, to } = warning;
      return `The account ${mark(accountId)} was called ${mark(from)} and is called ${mark(to)} now; what the stack has made there belongs to the first name, and would be deleted with it.`;
    }
    case "recased": {
      const [from, to] = [mark(warning.from), mark(warning.to)];
      return `The ${warning.type} ${from} is called ${to} now, which IAM takes for the same name: ${to} cannot be made while ${from} is there.`;
    }
    case "shut-out": {
      const users = listed(
        warning.users.map((one) => shutOutText(one, mark)),
        (text) => text,
        50,
      );
      const { roles = [] } = warning;
      const taken = listed(
        roles.map(
          ({ name, lastUsedAt }) =>
            `${mark(name)} (${lastUsedAt === undefined ? "never used" : `last used on ${lastUsedAt.slice(0, 10)}`})`,
        ),
        (text) => text,
      );
      const more = roles.length === 0 ? "" : ` Nor can they assume by a key what they may today: ${taken}.`;
      return warning.consent === "not needed"
        ? `The service control policy shuts out who has not been seen for 90 days, too: ${users}.${more}`
        : `The service control policy shuts out, unless they carry MFA: ${users}.${more}`;
    }
    case "unnamed-accounts": {
      const accounts = warning.accounts.map(({ id, name }) => `${mark(id)} (${mark(name)})`);
      return `The service control policy comes to accounts that the settings don't name: ${listed(accounts, (text) => text, 50)}.`;
    }
    case "guard-rails-removed":
    case "guard-rail-stops":
    case "guard-rail-loose":
      return guardRailText(warning, mark);
    case "turned":
      return turnedText(warning, mark);
    case "own-policies-removed":
    case "own-policies-weakened":
    case "own-policy-loose":
    case "own-policy-shuts-out":
    case "own-policy-stops":
      return ownPolicyText(warning, mark);
    case "exempt": {
      const { until, ends } = warning;
      const [name, reason] = [mark(warning.name), mark(warning.reason)];
      if (ends === "ended")
        return `The exemption of ${name} (${reason}) ended on ${until}: take it out of ${mark("exempt")}.`;
      const soon = ends === "soon" ? ` It ends within 14 days: give it a role until then, or extend it.` : "";
      return `${name} is exempt from the service control policy until ${until}, and its keys work without MFA: ${reason}.${soon}`;
    }
    case "no-room": {
      const { organizationalUnit, policies, coming } = warning;
      const target = `${organizationalUnit.startsWith("ou-") ? "organizational unit" : "account"} ${mark(organizationalUnit)}`;
      const more = coming.length === 1 ? "no more" : `no ${coming.length} more`;
      return `The ${target} has ${counted(policies.length, "service control policy")}, and AWS takes ${more}: ${listed(policies, mark)}.`;
    }
    case "no-such-policy": {
      const { setting, policy, accounts } = warning;
      const what = setting === "permissions" ? "managed policy" : "permissions boundary";
      return `The ${what} ${mark(policy)} of the developers' roles is not there for ${listed(accounts, mark)}.`;
    }
    case "account-unreached":
    case "account-forgotten":
      return unreachedText(warning, mark);
    case "service-control-policy": {
      const what = `The service control policy ${mark(warning.name)}`;
      const units = listed(warning.organizationalUnits, mark);
      const [refresh, up] = [mark("mfa-admin refresh"), mark("mfa-admin up")];
      if (warning.change === "attached") {
        const next = warning.repair === true ? ` Run ${refresh}, then ${up}.` : "";
        return `${what} was attached to ${units} outside the stack: whoever has no MFA is shut out there.${next}`;
      }
      const next = warning.repair === true ? ` ${up} puts it right.` : "";
      if (warning.change === "changed") {
        return `${what} was changed outside the stack, and may let requests without MFA pass.${next}`;
      }
      if (warning.change === "renamed") return `${what} is called so by somebody else than the stack.${next}`;
      const [how, where] =
        warning.change === "deleted"
          ? ["is gone", "in the development accounts"]
          : [`is detached from ${units}`, "there"];
      return `${what} ${how}: a leaked access key works ${where} without MFA.${next}`;
    }
    case "no-full-access":
      return noFullAccessText(warning.targets, mark);
    case "access-role": {
      const { account, role, strangers, managementAccount, delegates = [] } = warning;
      const roots = [managementAccount, ...delegates].map((id) => `arn:aws:iam::${id}:root`);
      return `The role ${mark(role)} in ${mark(account)} can be assumed by ${listed(strangers, mark)}, who can do everything there. Let its trust policy name ${listed(roots, mark)} alone (aws iam update-assume-role-policy).`;
    }
    case "denied":
      return deniedText(warning, mark);
    case "account-uncovered": {
      const accounts = warning.accounts.map(({ account, accountId }) => `${mark(account)} (${accountId})`);
      const [are, them] = accounts.length === 1 ? ["is", "it"] : ["are", "them"];
      return `${listed(accounts, (account) => account)} ${are} below none of the units of the service control policy: a leaked access key works there without MFA. Move ${them} below one of them, or add the unit above to ${mark("organizationalUnits")}.`;
    }
    case "stale-trust":
      return `${resourcesText(warning.resources, mark)}: the trust policy names a user who was deleted, by the id that is left of the name, so that ${mark(warning.developer)} cannot log in there. ${mark("mfa-admin up")} puts it right.`;
    case "unfinished": {
      const { fact, remedy } = unfinishedText(warning, mark);
      return `${fact} ${remedy}`;
    }
    case "exempt-nobody":
      return `${mark(warning.name)} is exempt by the settings, and AWS has no such user: whoever makes one of that name goes without MFA. Take it out of ${mark("exempt")}, or correct the name.`;
    case "cut-off":
      return cutOffText(warning, mark);
    case "access-ends":
      return accessEndText(warning, mark);
    case "locked":
      return lockedText(warning, mark);
    case "not-looked-at":
      return `The ${warning.what} could not be looked at in AWS: ${mark(warning.reason)}`;
    case "name-taken":
      return `AWS has already, but not from this stack: ${resourcesText(warning.resources, mark)}.`;
    case "name-in-the-way":
      return inTheWayText(warning.resources, mark);
    case "denials-lifted": {
      const lifted = warning.resources.map(
        (one) => `${listed(one.policies.map(policyName), mark)} off ${resourcesText([one], mark)}`,
      );
      return `This takes what only denies off: ${lifted.join("; ")}.`;
    }
    case "trust-policy": {
      const { developer, resources } = warning;
      const without = developer === undefined ? "" : `, or ${mark(developer)} without MFA`;
      return `Outside the stack, the trust policy of ${resourcesText(resources, mark)} was changed: others may be able to assume it${without}.`;
    }
    case "permissions": {
      const { resource, managedPolicies, inlinePolicies, groups, boundary } = warning;
      const more = [
        ...managedPolicies.map((arn) => mark(policyName(arn))),
        ...inlinePolicies.map((name) => `inline policy ${mark(name)}`),
        ...groups.map((name) => `group ${mark(name)}`),
        ...(boundary ? ["another permissions boundary, or none"] : []),
      ];
      return `Outside the stack, ${resourcesText([resource], mark)} was given more: ${more.join(", ")}.`;
    }
    case "developers-policy":
      return `Outside the stack, the policy of all developers was changed: ${resourcesText([warning.resource], mark)}.`;
    case "replacement":
    case "deletion": {
      const { developer, developers = developer === undefined ? [] : [developer], resources } = warning;
      const verb = warning.kind === "deletion" ? "Deletes" : "Replaces";
      const whose = developers.length === 0 ? "what all developers share" : `access of ${listed(developers, mark, 50)}`;
      const ends = resources.some(({ type }) => type === "user" || type === "role") ? ": its sessions end" : "";
      const again = warning.kind === "deletion" ? "" : ` What is replaced is deleted and made again${ends}.`;
      return `${verb} ${whose}: ${resourcesText(resources, mark, accounts)}.${again}`;
    }
  }
}

/** A user who is shut out: "payments/ses-smtp (access key last used on 2026-11-27 for ses)". */
function shutOutText({ name, credentials, unread }: ShutOut, mark: Mark): string {
  if (unread !== undefined) return `${mark(name)} (this account could not be looked into: ${mark(unread)})`;
  const texts = credentials.map(({ kind, lastUsedAt, service }) => {
    const what = `${kind}${service === undefined ? "" : ` for ${service}`}`;
    if (kind === "root access key" || kind === "service-specific credential") {
      return `${what}, whose last use IAM does not tell`;
    }
    return lastUsedAt === undefined ? `${what}, never used` : `${what}, last used on ${lastUsedAt.slice(0, 10)}`;
  });
  return `${mark(name)} (${texts.join("; ")})`;
}
