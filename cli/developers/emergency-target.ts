import { GetUserCommand, type IAMClient, NoSuchEntityException, paginateListUsers } from "@aws-sdk/client-iam";

import { type Assignment, assignmentFromTags } from "../../infra/assignment.ts";
import { roleNameOf, sharedRoleName } from "../../infra/names.ts";
import { sharedAccessIn } from "../../infra/shared-access.ts";
import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import { isAccessDenied } from "../aws/error-words.ts";
import { iamIn } from "../aws/clients.ts";
import { type EmergencySettings, readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { isSameName, type RosterName } from "../project/roster-names.ts";
import { tellingAfterAMoment } from "../terminal/moment.ts";
import { type UserInState, userInState } from "./user-in-state.ts";
import { tell } from "../terminal/tell.ts";

/** Somebody whose access is to end, by what AWS has. */
export interface EmergencyTarget {
  userName: string;
  /** The id of the account that holds the user. */
  authAccount: string;
  /** The names on the roster that stand for the user, as the CLI reads them. */
  listed: string[];
  /** The ids of the accounts in which a role may be, by name. */
  accounts: Record<string, string>;
  /** Names that roles of the person's own may have. */
  roleNames: string[];
  /** The name of the role that others enter by, too, where the person enters by it. */
  sharedRole?: string;
  /** By the user's tags: whether access keys need MFA, as the setting `accessKeys` was when it was last applied. */
  accessKeys?: Assignment["accessKeys"];
  /** What the stack has of theirs to delete: the user, and the names of the accounts with a role. */
  own: { user: boolean; roles: string[] };
}

/**
 * Finds who is meant: a user on the roster, or one who is off it and is this stack's by the tags or by the state. The user is the
 * one that AWS has by that name, and the roles are looked for in every account that the settings, the tags or the state name.
 *
 * @throws Failure when nobody of the stack has this name
 */
export async function emergencyTarget(
  settings: EmergencySettings,
  project: Project,
  name: string,
): Promise<EmergencyTarget> {
  const { developers, developmentAccounts, rolePrefix, authAccount } = settings;
  const iam = iamIn(authAccount, settings);
  const lines = developers.filter(({ readings }) => readings.some((reading) => isSameName(reading, name)));
  const asked = [name, ...lines.flatMap(({ readings }) => readings)];
  const users = await tellingAfterAMoment(`Looking for ${name} in the auth account.`, usersNamed(iam, settings, asked));
  const user = userMeant(users, lines, name);
  const assignment = user?.assignment;
  const isListed = lines.length > 0;
  const read = await notedIn(project, user?.userName ?? name, { user, isListed });
  const noted = read === "unknown" ? undefined : read;
  if (noted?.authAccount !== undefined && noted.authAccount !== authAccount) {
    // An edit of authAccount moves nobody: the user and the credentials are where the stack has made them.
    tell(
      `By the state, ${name} is a user of the account ${noted.authAccount}, and authAccount is ${authAccount}: what is done is done in ${noted.authAccount}.`,
    );
    return emergencyTarget({ ...settings, authAccount: noted.authAccount }, project, name);
  }
  if (noted === undefined && assignment === undefined && (!isListed || user !== undefined)) {
    throw nobody(name, developers, { exists: user !== undefined, isListed, isRead: read !== "unknown" });
  }
  const userName = user?.userName ?? noted?.userName ?? lines[0]?.name ?? name;
  if (userName !== name) tell(`${name} is the user ${userName} of the auth account.`);
  const known = new Set(Object.values(developmentAccounts));
  const others = Object.entries({ ...assignment?.accounts, ...noted?.accounts }).filter(([, id]) => !known.has(id));
  const isShared = settings.roles === "shared" || assignment?.sharedRole === true;
  const sharedRole = user?.sharedRole ?? (isShared ? sharedRoleName(settings) : undefined);
  const own = user === undefined ? [userName, ...(lines[0]?.readings ?? [])] : [userName];
  // A state that cannot be read now is read later, if at all.
  const isRead = noted?.accounts !== undefined || read === undefined;
  return {
    userName,
    authAccount,
    ...(assignment?.accessKeys !== undefined && { accessKeys: assignment.accessKeys }),
    own: isRead
      ? { user: noted?.authAccount !== undefined, roles: Object.keys(noted?.accounts ?? {}) }
      : { user: user !== undefined, roles: isShared ? [] : Object.keys(assignment?.accounts ?? {}) },
    listed: lines
      .filter(({ readings }) => own.some((one) => readings.some((reading) => isSameName(reading, one))))
      .map((line) => line.name),
    ...(sharedRole !== undefined && { sharedRole }),
    // Accounts in which no role of the person's own was made are not asked, however many there are.
    accounts: isShared ? { ...noted?.accounts } : { ...developmentAccounts, ...Object.fromEntries(others) },
    roleNames: [
      ...new Set([
        ...own.map((one) => roleNameOf({ rolePrefix }, one)),
        // What is done to a role that others enter by, too, is done to them all.
        ...(assignment === undefined || assignment.sharedRole === true ? [] : [assignment.roleName]),
        ...(noted?.roleNames ?? []),
      ]),
    ],
  };
}

/**
 * Whom the state notes: roles that neither the tags nor the settings name any more, too. It alone tells of a user without the
 * tags, whom somebody may have made under a name of the roster. Where it cannot be read, the roster is believed.
 */
async function notedIn(
  project: Project,
  name: string,
  { user, isListed }: { user: User | undefined; isListed: boolean },
): Promise<Partial<UserInState> | undefined | "unknown"> {
  const noted = await userInState(project, name);
  if (noted !== "unknown") return noted;
  if (user?.assignment !== undefined || (user === undefined && isListed)) return {};
  if (!isListed) return "unknown";
  tell(`The user ${name} has none of the stack's tags, and the state could not be read: the roster is believed.`);
  return {};
}

/**
 * IAM in the auth account and the user that a name stands for there, by what an emergency needs of the settings and nothing else.
 */
export async function userInEmergency(
  project: Project,
  name: string,
): Promise<{ iam: IAMClient; userName: string; settings: EmergencySettings; target: EmergencyTarget }> {
  const settings = await readEmergencySettings(project);
  const target = await emergencyTarget(settings, project, name);
  return { iam: iamIn(target.authAccount, settings), userName: target.userName, settings, target };
}

/** Says better whose credentials these are, or that the access role is in the way. */
async function throwBetterRefusal(settings: EmergencySettings): Promise<void> {
  const { managementAccountAtHand, requireAccess } = await import("../aws/preconditions.ts");
  await managementAccountAtHand(settings);
  await requireAccess("auth", settings.authAccount, settings.accessRole);
}

/** A user that AWS has. */
interface User {
  userName: string;
  /** Nothing for one who has no tags of the stack's. */
  assignment: Assignment | undefined;
  /** By which shared role the tags let the user in. */
  sharedRole: string | undefined;
}

/** The users that AWS has by these names, whatever their case. */
async function usersNamed(iam: IAMClient, settings: EmergencySettings, names: string[]): Promise<User[]> {
  const found = await Promise.all([...new Set(names)].map((name) => userNamed(iam, settings, name)));
  const users = found.filter((user) => user !== undefined);
  const byName = new Map(users.map((user) => [user.userName, user]));
  if (byName.size > 0) return [...byName.values()];
  const other = await nameInAnotherCase(iam, names);
  const user = other === undefined ? undefined : await userNamed(iam, settings, other);
  return user === undefined ? [] : [user];
}

async function userNamed(iam: IAMClient, settings: EmergencySettings, name: string): Promise<User | undefined> {
  try {
    const { User } = await iam.send(new GetUserCommand({ UserName: name }));
    const userName = User?.UserName ?? name;
    const tags = Object.fromEntries((User?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value] as const));
    const { authAccount } = settings;
    const assignment = assignmentFromTags({ userName, authAccount }, tags);
    return { userName, assignment, sharedRole: sharedAccessIn(tags).roleName };
  } catch (error) {
    // No user of that name can exist where IAM does not take the name.
    if (error instanceof NoSuchEntityException || (error instanceof Error && error.name === "ValidationError")) {
      return undefined;
    }
    if (isAccessDenied(error)) await throwBetterRefusal(settings);
    throw error;
  }
}

/** IAM makes no two users whose names differ by case alone, and need not find one by another case. */
async function nameInAnotherCase(iam: IAMClient, names: string[]): Promise<string | undefined> {
  try {
    for await (const { Users } of paginateListUsers({ client: iam }, {})) {
      const user = Users?.find(({ UserName = "" }) => names.some((name) => isSameName(name, UserName)));
      if (user?.UserName !== undefined) return user.UserName;
    }
  } catch {
    // Who may not list users can still name one exactly.
  }
  return undefined;
}

/**
 * Who is meant of several, where a name can be read in several ways: one who is the stack's for certain comes first.
 *
 * @throws Failure when it could be either
 */
function userMeant(users: User[], lines: RosterName[], name: string): User | undefined {
  const isListed = ({ userName }: User): boolean =>
    lines.some((line) => line.readings.length === 1 && isSameName(line.name, userName));
  const certain = users.filter((user) => user.assignment !== undefined || isListed(user));
  const candidates = certain.length > 0 ? certain : users;
  const exact = candidates.find(({ userName }) => isSameName(userName, name));
  if (exact !== undefined || candidates.length < 2) return exact ?? candidates[0];
  const either = candidates.map(({ userName }) => userName).join(" or ");
  throw new Failure(
    `${name} on the roster can be read as ${either}, and AWS has both users.`,
    "Name the one you mean.",
  );
}

function nobody(
  name: string,
  developers: RosterName[],
  { exists, isListed, isRead }: { exists: boolean; isListed: boolean; isRead: boolean },
): Failure {
  if (exists) {
    const sources = isListed ? "neither the user's tags nor" : "neither the roster, the user's tags nor";
    const state = isRead ? "the state say so" : "the state, which could not be read, say so";
    return new Failure(
      `${name} is a user of the auth account, but not of this stack: ${sources} ${state}.`,
      `To end that user's access all the same, see docs/emergency.md: aws iam put-user-policy --user-name ${name} …`,
    );
  }
  const meant = closest(
    name,
    developers.map((developer) => developer.name),
  );
  return new Failure(
    `${name} is not in the roster.`,
    meant === undefined ? "mfa-admin list shows who is." : `Did you mean ${meant}?`,
  );
}
