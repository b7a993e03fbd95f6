import type { Project } from "../project/project.ts";
import { isSameName } from "../project/roster-names.ts";
import { type NotedResource, notedResources } from "../state/checkpoint.ts";

/** What the state notes of somebody. */
export interface UserInState {
  userName: string;
  roleNames: string[];
  /** The ids of the accounts with a role, by name. */
  accounts: Record<string, string>;
}

/**
 * Finds somebody in the state, as far as it can be read without its engine; a further source, which nothing depends on.
 *
 * @returns "unknown" where the state cannot be read
 */
export async function userInState(project: Project, name: string): Promise<UserInState | undefined | "unknown"> {
  const resources = await notedResources(project);
  if (resources === undefined) return "unknown";
  const user = resources.find((resource) => isUser(resource) && isSameName(resource.id ?? "", name));
  if (user === undefined) return undefined;
  const roles = resources.filter(
    ({ type, urn }) => type === "aws-native:iam:Role" && ownerIn(urn) === nameIn(user.urn),
  );
  return {
    userName: user.id ?? name,
    roleNames: [...new Set(roles.map(({ id = "" }) => id))],
    accounts: Object.fromEntries(
      roles.flatMap((role) => {
        const id = accountOf(role);
        return id === undefined ? [] : [[nameIn(role.urn).slice(nameIn(user.urn).length + 1), id]];
      }),
    ),
  };
}

const isUser = ({ type, urn }: NotedResource): boolean =>
  type === "aws-native:iam:User" && urn.includes("mfa-admin:index:Developer$");

const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Of "dave@sandbox"; names of users may have an @, those of accounts have none. */
const ownerIn = (urn: string): string => nameIn(urn).replace(/@[^@]*$/, "");

function accountOf({ outputs = {} }: NotedResource): string | undefined {
  return /:iam::(\d{12}):/.exec(JSON.stringify(outputs["arn"] ?? ""))?.[1];
}
