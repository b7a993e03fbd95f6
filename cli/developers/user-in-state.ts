import { isSameName } from "../project/roster-names.ts";
import { developerIn, nameIn } from "../changes/urn.ts";
import type { NotedResource } from "../state/checkpoint.ts";

/** A developer's user and roles in the state. */
export interface UserInState {
  userName: string;
  /** The id of the user's account; left out where the state has only roles. */
  authAccount?: string;
  roleNames: string[];
  /** The ids of the accounts with a role, by name. */
  accounts: Record<string, string>;
}

/**
 * Finds a developer in the state. Callers go on without it where it cannot be read.
 *
 * @param resources those of the state; undefined where it cannot be read
 * @returns undefined where the state has neither user nor role; "unknown" where it cannot be read
 */
export function userInState(resources: NotedResource[] | undefined, name: string): UserInState | undefined | "unknown" {
  if (resources === undefined) return "unknown";
  const user = resources.find((resource) => isUser(resource) && isSameName(resource.id ?? "", name));
  const isTheirs = (owner: string): boolean =>
    user === undefined ? isSameName(owner, name) : owner === developerIn(user);
  const roles = resources.filter((one) => one.type === "aws-native:iam:Role" && isTheirs(developerIn(one) ?? ""));
  // A user may be gone while a role is left in an account that could not be reached.
  const [owner = name] = [user, ...roles].flatMap((one) => (one === undefined ? [] : (developerIn(one) ?? [])));
  if (user === undefined && roles.length === 0) return undefined;
  const authAccount = user === undefined ? undefined : accountOf(user);
  return {
    userName: user?.id ?? owner,
    ...(authAccount !== undefined && { authAccount }),
    roleNames: [...new Set(roles.map(({ id = "" }) => id))],
    accounts: Object.fromEntries(
      roles.flatMap((role) => {
        const id = accountOf(role);
        return id === undefined ? [] : [[nameIn(role.urn).slice(owner.length + 1), id]];
      }),
    ),
  };
}

const isUser = (resource: NotedResource): boolean =>
  resource.type === "aws-native:iam:User" && developerIn(resource) !== undefined;

/** The id of a resource's account, from its ARN. */
export function accountOf({ outputs = {} }: NotedResource): string | undefined {
  return /:iam::(\d{12}):/.exec(JSON.stringify(outputs["arn"] ?? ""))?.[1];
}
