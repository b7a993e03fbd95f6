import type { IAMClient } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { developersGroup, roleNameOf } from "../../infra/names.ts";
import { sharedAccessIn } from "../../infra/shared-access.ts";
import { clientsIn } from "../aws/clients.ts";
import { developerIn, nameIn } from "../changes/urn.ts";
import { wordsOf } from "../aws/error-words.ts";
import { type Identity, identitiesIn } from "../aws/identities.ts";
import { Failure } from "../failure.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { isSameName } from "../project/roster-names.ts";
import type { LockPart, RefusedPart } from "../results/lock.ts";
import type { NotedResource } from "../state/checkpoint.ts";
import type { EmergencyTarget } from "./emergency-target.ts";
import { StateAtHand } from "./state-at-hand.ts";
import { tell } from "../terminal/tell.ts";
import { accountOf } from "./user-in-state.ts";

/** The users and roles of developers in every account: the parts that a lock is put on. */

/** The number of calls at once. IAM throttles an account beyond some twenty calls a second, and the SDK retries. */
const concurrency = 16;

/** Calls `act` for each part, even where others fail. @param what names the act in `refused` */
export async function onEachPart<Part extends LockPart, T>(
  settings: Pick<EmergencySettings, "accessRole">,
  parts: Part[],
  what: string,
  act: (iam: IAMClient, part: Part) => Promise<T>,
): Promise<{ done: { part: Part; result: T }[]; refused: RefusedPart[] }> {
  const iam = clientsIn(settings);
  const each = await pMap(
    parts,
    async (part): Promise<{ done: { part: Part; result: T } } | { refused: RefusedPart }> => {
      try {
        return { done: { part, result: await act(iam(part.accountId), part) } };
      } catch (error) {
        if (error instanceof Failure) throw error;
        return { refused: { ...part, what, reason: wordsOf(error) } };
      }
    },
    { concurrency },
  );
  return {
    done: each.flatMap((one) => ("done" in one ? [one.done] : [])),
    refused: each.flatMap((one) => ("refused" in one ? [one.refused] : [])),
  };
}

/** The user of a developer, and the roles that the developer may have as soon as they are known. */
export function partsOf({ userName: developer, authAccount, roles }: EmergencyTarget): {
  user: LockPart;
  roles: Promise<LockPart[]>;
} {
  return {
    user: { developer, account: "auth", accountId: authAccount, type: "user", name: developer },
    roles: roles.then(({ accounts, roleNames }) =>
      Object.entries(accounts).flatMap(([account, accountId]) =>
        roleNames.map((name): LockPart => ({ developer, account, accountId, type: "role", name })),
      ),
    ),
  };
}

/** An account's identities, or why they could not be read. */
export type AccountRead = { account: string; accountId: string } & (
  { identities: Identity[] } | { identities: undefined; reason: string }
);

/** Reads the identities of the auth account and the others, all at once. */
export function readAccounts(settings: Pick<EmergencySettings, "accessRole" | "authAccount" | "developmentAccounts">): {
  auth: Promise<AccountRead>;
  others: Promise<AccountRead>[];
} {
  const iam = clientsIn(settings);
  const read = async (account: string, accountId: string): Promise<AccountRead> => {
    try {
      return { account, accountId, identities: await identitiesIn(iam(accountId)) };
    } catch (error) {
      if (error instanceof Failure) throw error;
      return { account, accountId, identities: undefined, reason: wordsOf(error) };
    }
  };
  const auth = read("auth", settings.authAccount);
  const others = Object.entries(settings.developmentAccounts).map(([account, id]) => read(account, id));
  // The callers await each one; here an error must not be an unhandled rejection.
  for (const one of others) one.catch(() => undefined);
  return { auth, others };
}

/**
 * The settings with what the state knows beside them, where it can be read: the auth account, and accounts in which developers still have
 * roles of their own. While an edit is not applied, or a switch of the roles' form not finished, the settings name fewer accounts.
 */
export async function withNotedAccounts(settings: EmergencySettings, project: Project): Promise<EmergencySettings> {
  const { authAccount, roles } = settings;
  const state = new StateAtHand(project);
  const read = await (roles === "shared" ? state.notedAnywhere() : state.noted());
  const resources = read ?? [];
  const known =
    read === undefined && roles === "shared" ? await state.accounts(settings) : settings.developmentAccounts;
  const user = resources.find(({ type }) => type === "aws-native:iam:User");
  const noted = (user === undefined ? undefined : accountOf(user)) ?? authAccount;
  if (noted !== authAccount) {
    tell(
      `By the state, the developers are users of the account ${noted}, and authAccount is ${authAccount}: what is done is done in ${noted}.`,
    );
  }
  return {
    ...settings,
    authAccount: noted,
    developmentAccounts: { ...rolesAccounts(resources, known), ...known },
  };
}

/** The ids of the accounts with developers' own roles in a state, by name; by id where the settings have given the name to another. */
function rolesAccounts(resources: NotedResource[], named: Record<string, string>): Record<string, string> {
  const known = new Set(Object.values(named));
  return Object.fromEntries(
    resources.flatMap((role): [string, string][] => {
      const [id, developer] = [accountOf(role), developerIn(role)];
      if (role.type !== "aws-native:iam:Role" || developer === undefined || id === undefined || known.has(id))
        return [];
      const name = nameIn(role.urn).slice(developer.length + 1);
      return [[name === "" || Object.hasOwn(named, name) ? id : name, id]];
    }),
  );
}

/** The shared roles that users may have sessions of, by the users' tags: those that the settings no longer have, or not yet, included. */
export function sharedRolesOf(read: AccountRead): string[] {
  const users = (read.identities ?? []).filter(({ type }) => type === "user");
  return [...new Set(users.flatMap(({ tags }) => sharedAccessIn(tags).roleName ?? []))];
}

/** The users in the developers' group or on the roster. */
export function developersIn(read: AccountRead, { developers }: EmergencySettings): LockPart[] {
  const { account, accountId, identities } = read;
  const user = (name: string): LockPart => ({ developer: name, account, accountId, type: "user", name });
  // Where the account could not be read, the roster alone tells the names.
  if (identities === undefined) return developers.flatMap(({ readings }) => readings.map(user));
  const isListed = (name: string): boolean =>
    developers.some(({ readings }) => readings.some((reading) => isSameName(reading, name)));
  return identities
    .filter(({ type, name, groups }) => type === "user" && (groups.includes(developersGroup) || isListed(name)))
    .map(({ name }) => user(name));
}

/** The developers' roles in an account: roles with their names, and roles that trust one of their users. */
export function rolesIn(
  { account, accountId, identities }: AccountRead,
  users: LockPart[],
  { rolePrefix }: Pick<EmergencySettings, "rolePrefix">,
): LockPart[] {
  const byRole = new Map(users.map(({ name }) => [roleNameOf({ rolePrefix }, name), name]));
  const role = (developer: string, name: string): LockPart => ({ developer, account, accountId, type: "role", name });
  if (identities === undefined) return [...byRole].map(([name, developer]) => role(developer, name));
  return identities.flatMap(({ type, name, document }) => {
    if (type !== "role") return [];
    const developer = byRole.get(name) ?? trustedAmong(document, users);
    return developer === undefined ? [] : [role(developer, name)];
  });
}

/** The developer of a role by its trust policy, for roles with another prefix than the settings'. */
function trustedAmong(document: unknown, users: LockPart[]): string | undefined {
  const [, accountId, name] = /"arn:aws[\w-]*:iam::(\d{12}):user\/([\w+=,.@-]+)"/.exec(JSON.stringify(document)) ?? [];
  return users.find((user) => user.accountId === accountId && user.name === name)?.developer;
}
