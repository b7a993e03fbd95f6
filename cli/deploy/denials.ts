import { policyArnIn, roleNameOf } from "../../infra/names.ts";
import { spelledDocument } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import { isRevocation } from "../engine/revoked-sessions.ts";
import type { StackBefore } from "../preview/guards.ts";
import type { Danger, Warning } from "../preview/schema.ts";

/**
 * Policies that only deny, on users and roles of the stack: somebody, or AWS itself, has shut them out. They are alarms, and
 * never drift that is repaired unasked.
 */
export type Denied = Extract<Warning, { kind: "denied" }>;

/** AWS attaches it to a user whose access key was found in public (IAM User Guide, "AWS managed policies"). */
const quarantine = /^arn:aws[\w-]*:iam::aws:policy\/AWSCompromisedKeyQuarantine/;
/** AWS's own policies that only deny, whose documents an account's details do not have. */
const denyAll = /^arn:aws[\w-]*:iam::aws:policy\/AWSDenyAll$/;

/** Whether every statement of a policy denies. */
export function onlyDenies(document: unknown): boolean {
  const { Statement: statements } = spelledDocument(document);
  return statements.length > 0 && statements.every(({ Effect }) => Effect === "Deny");
}

/** What only denies on the stack's users and roles, as AWS has it. */
export function denials(look: Pick<Look, "identities">, settings: Settings): Denied[] {
  const developerOf = developersBy(settings);
  return [...look.identities].flatMap(([account, identities]) => {
    const denying = new Set(
      identities.flatMap(({ type, arn, document }) => (type === "managed policy" && onlyDenies(document) ? [arn] : [])),
    );
    return identities.flatMap(({ type, name, managedPolicies, inlinePolicies }): Denied[] => {
      const developer = developerOf(account, { type, name });
      if (developer === undefined) return [];
      const managed = managedPolicies.filter(
        (arn) => (deniesByName(arn) || denying.has(arn)) && !isWanted(arn, account, settings),
      );
      const inline = inlinePolicies.filter(
        ({ name: policyName, document }) =>
          onlyDenies(document) && !isRevocation({ policyName, policyDocument: document }),
      );
      const policies = [...managed, ...inline.map((policy) => policy.name)];
      if (policies.length === 0) return [];
      const isQuarantine = managed.some((arn) => quarantine.test(arn));
      return [{ kind: "denied", quarantine: isQuarantine, developer, resource: { account, type, name }, policies }];
    });
  });
}

/** Whose user or role it is, of those on the roster. */
export function developersBy(settings: Settings): (account: string, identity: Named) => string | undefined {
  const users = Object.keys(settings.developers);
  const byRole = new Map(users.map((name) => [roleNameOf(settings, name), name]));
  return (account, { type, name }) => {
    if (account === "auth") return type === "user" && users.includes(name) ? name : undefined;
    return type === "role" ? byRole.get(name) : undefined;
  };
}

type Named = Pick<Identity, "type" | "name">;

function deniesByName(arn: string): boolean {
  return quarantine.test(arn) || denyAll.test(arn);
}

/** What the settings themselves give to a role is nobody's alarm. */
function isWanted(arn: string, account: string, { developmentAccounts, permissions }: Settings): boolean {
  const id = developmentAccounts[account] ?? "";
  return permissions.some((permission) => policyArnIn(id, permission) === arn);
}

/**
 * What only denies, is known to the state since a refresh, and would be taken off by `up`.
 *
 * @param known what AWS has of it; without it, the policies that are not AWS's own are told by their documents alone
 */
export function liftedDenials(
  { held }: StackBefore,
  settings: Settings,
  known: Denied[],
  { liftDenials = false }: { liftDenials?: boolean | undefined },
): Danger[] {
  const roles = new Set(Object.keys(settings.developers).map((name) => roleNameOf(settings, name)));
  const resources = held.flatMap(({ account, type, name, properties }) => {
    const stays = type === "user" ? Object.hasOwn(settings.developers, name) : type === "role" && roles.has(name);
    if (!stays) return [];
    const alarmed = known.find(({ resource }) => resource.account === account && resource.name === name);
    const { managedPolicyArns = [], policies = [] } = properties as {
      managedPolicyArns?: string[];
      policies?: { policyName: string; policyDocument: unknown }[];
    };
    const managed = managedPolicyArns.filter(
      (arn) => (deniesByName(arn) || alarmed?.policies.includes(arn)) && !isWanted(arn, account, settings),
    );
    const inline = policies
      .filter((policy) => onlyDenies(policy.policyDocument) && !isRevocation(policy))
      .map(({ policyName }) => policyName);
    const lifted = [...managed, ...inline];
    return lifted.length === 0 ? [] : [{ account, type, name, policies: lifted }];
  });
  return resources.length === 0 ? [] : [{ kind: "denials-lifted", refused: !liftDenials, resources }];
}
