import { accountsOf, developersGroup, roleNameOf, serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import { keyOf } from "../preview/drift-repair.ts";
import type { StackBefore } from "../preview/guards.ts";
import type { Danger } from "../preview/schema.ts";

/** A name that the stack is to give, and what AWS has of it already. */
export interface Taken {
  account: string;
  type: string;
  name: string;
  /** What has the name; nothing for a service control policy. */
  found?: Identity;
}

/** The names of what all developers share (see infra/auth-account.ts). */
const shared = [
  { account: "auth", type: "managed policy", name: "mfa-admin-developer" },
  { account: "auth", type: "group", name: developersGroup },
];

/**
 * What AWS has already under the names that the settings give, and the stack does not have.
 *
 * @param unfinished names of what runs were making when they died, as {@link keyOf} has them: the next run settles these
 */
export function takenNames(
  look: Look,
  { held, accounts: idsBefore }: StackBefore,
  settings: Settings,
  unfinished: ReadonlySet<string>,
): Taken[] {
  const ids = new Map([["auth", settings.authAccount], ...Object.entries(settings.developmentAccounts)]);
  // IAM tells no names apart by their case; one that is the stack's by any name is the guards' business.
  const key = (id: string, type: string, name: string): string => [id, type, name.toLowerCase()].join("\n");
  const own = new Set(
    held.map(({ account, type, name }) => key(idsBefore[account] ?? ids.get(account) ?? "", type, name)),
  );
  const wanted = [...shared, ...identitiesOf(settings)].filter(
    ({ account, type, name }) =>
      !own.has(key(ids.get(account) ?? "", type, name)) && !unfinished.has(keyOf({ account, type, name })),
  );
  const taken = wanted.flatMap((one): Taken[] => {
    const found = look.identities
      .get(one.account)
      ?.find(({ type, name }) => type === one.type && name.toLowerCase() === one.name.toLowerCase());
    return found === undefined ? [] : [{ ...one, found }];
  });
  const policy = { account: "management", type: "service control policy", name: serviceControlPolicyName };
  const hasPolicy = held.some(({ type }) => type === policy.type) || unfinished.has(keyOf(policy));
  return look.shield === undefined || hasPolicy ? taken : [...taken, policy];
}

function identitiesOf(settings: Settings): Omit<Taken, "found">[] {
  return Object.keys(settings.developers).flatMap((name) => [
    { account: "auth", type: "user", name },
    ...accountsOf(settings, name).map((account) => ({ account, type: "role", name: roleNameOf(settings, name) })),
  ]);
}

/** Whether `--adopt` can take it in: under the very name, and where the stack looks for it. */
export function isAdoptable({ type, name, found }: Taken): boolean {
  if (found === undefined) return true;
  // A user is moved by an update, and a group goes by its name alone. A role's and a policy's path is a part of who it is.
  return found.name === name && (found.path === "/" || type === "user" || type === "group");
}

/** What `up` refuses about them: what no flag helps with, and what needs `--adopt`. */
export function nameDangers(taken: Taken[], { adopt = false }: { adopt?: boolean | undefined }): Danger[] {
  const [adoptable, others] = [taken.filter(isAdoptable), taken.filter((one) => !isAdoptable(one))];
  return [
    ...(others.length > 0
      ? [{ kind: "name-in-the-way" as const, refused: true, resources: others.map(inTheWay) }]
      : []),
    ...(adoptable.length > 0
      ? [
          {
            kind: "name-taken" as const,
            refused: !adopt,
            resources: adoptable.map(({ account, type, name }) => ({ account, type, name })),
          },
        ]
      : []),
  ];
}

function inTheWay({ account, type, name, found }: Taken) {
  return { account, type, name, found: found?.name ?? name, path: found?.path ?? "/" };
}
