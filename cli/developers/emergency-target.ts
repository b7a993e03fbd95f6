import { GetUserCommand, type IAMClient, NoSuchEntityException, paginateListUsers } from "@aws-sdk/client-iam";

import { type Assignment, assignmentFromTags } from "../../infra/assignment.ts";
import { roleNameOf, sharedRoleName } from "../../infra/names.ts";
import type { CutOffFailure } from "../../infra/offboarding.ts";
import { sharedAccessIn } from "../../infra/shared-access.ts";
import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import { isAccessDenied } from "../aws/error-words.ts";
import { iamIn } from "../aws/clients.ts";
import { type EmergencySettings, readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { isSameName, type RosterName } from "../project/roster-names.ts";
import type { NotedResource } from "../state/checkpoint.ts";
import { beforeAnyChange, tellingAfterAMoment } from "../terminal/moment.ts";
import { accessUnderOtherNames } from "./other-names.ts";
import { StateAtHand } from "./state-at-hand.ts";
import { type UserInState, userInState } from "./user-in-state.ts";
import { tell } from "../terminal/tell.ts";

/** A developer whose access is to end: the user, known at once where the tags tell that it is the stack's, and the roles. */
export interface EmergencyTarget {
  userName: string;
  /** The id of the account that holds the user. */
  authAccount: string;
  /** The name of the shared role, where the developer uses it. */
  sharedRole?: string;
  /** The setting `accessKeys` when it was last applied, from the user's tags: whether access keys need MFA. */
  accessKeys?: Assignment["accessKeys"];
  /** What stays, where AWS has no user of this name: what a user has who may be the developer under another name. */
  elsewhere: CutOffFailure[];
  /**
   * What is known of the developer beside the user, which may have to wait for a server. Rejected with a Failure where the state has the
   * user in another account.
   */
  roles: Promise<TargetRoles>;
}

/** A developer's roles of their own, and what the roster and the stack have of the developer. */
export interface TargetRoles {
  /** The user's names on the roster, as the CLI reads them. */
  listed: string[];
  /** The ids of the accounts that may have a role of the developer's, by name. */
  accounts: Record<string, string>;
  /** Names that the developer's own roles may have. */
  roleNames: string[];
  /** The stack's resources of the developer, to delete: the user, and the names of the accounts with a role. */
  own: { user: boolean; roles: string[] };
}

/**
 * Finds the developer of a name: on the roster, or a user who was removed from it and is this stack's by tags or state. The user is
 * the one that AWS has by that name. Roles are looked for in every account that the settings, the tags or the state name.
 *
 * @throws Failure when nobody of the stack has this name
 */
export async function emergencyTarget(
  settings: EmergencySettings,
  state: StateAtHand,
  name: string,
): Promise<EmergencyTarget> {
  const { developers, authAccount } = settings;
  const iam = iamIn(authAccount, settings);
  const lines = developers.filter(({ readings }) => readings.some((reading) => isSameName(reading, name)));
  const asked = [name, ...lines.flatMap(({ readings }) => readings)];
  const users = await tellingAfterAMoment(`Looking for ${name} in the auth account.`, usersNamed(iam, settings, asked));
  const user = userMeant(users, lines, name);
  const isListed = lines.length > 0;
  const isShared = settings.roles === "shared" || user?.assignment?.sharedRole === true;
  const resources = isShared ? state.notedAnywhere() : state.noted();
  const reading = resources.then((read) => notedIn(read, user?.userName ?? name, { user, isListed }));
  const targetOf = (
    userName: string,
    roles: Promise<TargetRoles>,
    elsewhere: CutOffFailure[] = [],
  ): EmergencyTarget => {
    if (userName !== name) tell(`${name} is the user ${userName} of the auth account.`);
    // Callers await the roles when they have done their part on the user; until then an error must not be an unhandled rejection.
    roles.catch(() => undefined);
    const accessKeys = user?.assignment?.accessKeys;
    const sharedRole = user?.sharedRole ?? (isShared ? sharedRoleName(settings) : undefined);
    return {
      ...{ userName, authAccount, roles, elsewhere },
      ...(accessKeys !== undefined && { accessKeys }),
      ...(sharedRole !== undefined && { sharedRole }),
    };
  };
  if (user?.assignment !== undefined) {
    // The tags tell that the user is the stack's, so that nothing done to the user waits for the state.
    const { userName } = user;
    const roles = reading.then((noted) => {
      requireSameAccount(userName, authAccount, noted);
      return rolesOf(settings, state, { userName, lines, user, isShared, noted });
    });
    return targetOf(userName, roles);
  }
  const noted = await reading;
  const known = noted === "unknown" ? undefined : noted;
  if (known?.authAccount !== undefined && known.authAccount !== authAccount) {
    // An edit of authAccount moves no user: users and their credentials are in the account where the stack has made them.
    tell(
      `By the state, ${name} is a user of the account ${known.authAccount}, and authAccount is ${authAccount}: what is done is done in ${known.authAccount}.`,
    );
    return emergencyTarget({ ...settings, authAccount: known.authAccount }, state, name);
  }
  if (known === undefined && (!isListed || user !== undefined)) {
    throw nobody(name, developers, { exists: user !== undefined, isListed, isRead: noted !== "unknown" });
  }
  const userName = user?.userName ?? known?.userName ?? lines[0]?.name ?? name;
  const roles = rolesOf(settings, state, { userName, lines, user, isShared, noted });
  const read = await resources;
  // Without the state nobody knows whether the stack has made the user.
  const isMade = read === undefined || known?.authAccount !== undefined;
  const isMissing = user === undefined && isMade;
  return targetOf(userName, roles, isMissing ? await accessUnderOtherNames(iam, userName, settings, read) : []);
}

/** @throws Failure where the state has a user of this name in another account than that in which the tags say that it is the stack's */
function requireSameAccount(userName: string, authAccount: string, noted: Noted): void {
  if (noted === undefined || noted === "unknown" || (noted.authAccount ?? authAccount) === authAccount) return;
  throw new Failure(
    `By the state, ${userName} is a user of the account ${noted.authAccount ?? ""}, where nothing was done. authAccount is ${authAccount}, which has a ${userName} with the stack's tags, too: what was done was done there.`,
    `Run the command again with authAccount: "${noted.authAccount ?? ""}" in the settings.`,
  );
}

async function rolesOf(
  settings: EmergencySettings,
  state: StateAtHand,
  developer: { userName: string; lines: RosterName[]; user: User | undefined; isShared: boolean; noted: Noted },
): Promise<TargetRoles> {
  const { developmentAccounts, rolePrefix } = settings;
  const { userName, lines, user, isShared } = developer;
  const assignment = user?.assignment;
  const noted = developer.noted === "unknown" ? undefined : developer.noted;
  const own = user === undefined ? [userName, ...(lines[0]?.readings ?? [])] : [userName];
  // Where the state cannot be read, what the stack has is taken from AWS and the settings.
  const isRead = noted?.accounts !== undefined || developer.noted === undefined;
  const accountsWithRoles = async (): Promise<Record<string, string>> => {
    // Accounts in which no role of the person's own was made are not asked, however many there are.
    if (isShared && isRead) return { ...noted?.accounts };
    const named = isShared ? await state.accounts(settings) : developmentAccounts;
    const known = new Set(Object.values(named));
    const others = Object.entries({ ...assignment?.accounts, ...noted?.accounts }).filter(([, id]) => !known.has(id));
    return { ...named, ...Object.fromEntries(others) };
  };
  return {
    own: isRead
      ? { user: noted?.authAccount !== undefined, roles: Object.keys(noted?.accounts ?? {}) }
      : { user: user !== undefined, roles: isShared ? [] : Object.keys(assignment?.accounts ?? {}) },
    listed: lines
      .filter(({ readings }) => own.some((one) => readings.some((reading) => isSameName(reading, one))))
      .map((line) => line.name),
    accounts: await accountsWithRoles(),
    roleNames: [
      ...new Set([
        ...own.map((one) => roleNameOf({ rolePrefix }, one)),
        // A shared role is left out: an act on it would hit all of its users.
        ...(assignment === undefined || assignment.sharedRole === true ? [] : [assignment.roleName]),
        ...(noted?.roleNames ?? []),
      ]),
    ],
  };
}

/** What the state has of a developer, as far as it could be read. */
type Noted = Partial<UserInState> | undefined | "unknown";

/**
 * The developer in the state, with roles that neither the tags nor the settings name any more. Only the state tells whether a user
 * without the tags is the stack's: somebody may have made it under a name of the roster. Where the state cannot be read, the roster
 * is believed.
 */
function notedIn(
  resources: NotedResource[] | undefined,
  name: string,
  { user, isListed }: { user: User | undefined; isListed: boolean },
): Noted {
  const noted = userInState(resources, name);
  if (noted !== "unknown") return noted;
  if (user?.assignment !== undefined || (user === undefined && isListed)) return {};
  if (!isListed) return "unknown";
  tell(`The user ${name} has none of the stack's tags, and the state could not be read: the roster is believed.`);
  return {};
}

/**
 * The client of IAM in the auth account, and the developer of a name, by the few settings that an emergency needs.
 */
export async function userInEmergency(
  project: Project,
  name: string,
): Promise<{ iam: IAMClient; userName: string; settings: EmergencySettings; target: EmergencyTarget }> {
  const settings = await readEmergencySettings(project);
  const target = await beforeAnyChange(emergencyTarget(settings, new StateAtHand(project), name));
  for (const { part, reason } of target.elsewhere) {
    tell(`${target.userName}: NOT done: ${part}: ${reason}`);
    process.exitCode = 1;
  }
  return { iam: iamIn(target.authAccount, settings), userName: target.userName, settings, target };
}

/** @throws Failure where a command about the user alone has nothing to do, since the user may have another name in AWS */
export function requireByThisName({ userName, authAccount, elsewhere }: EmergencyTarget): void {
  if (elsewhere.length === 0) return;
  throw new Failure(
    `The auth account ${authAccount} has no user ${userName}, so that nothing was done. What may be ${userName}'s is told above.`,
    `mfa-admin audit looks at every user of the account. mfa-admin remove-developer ${userName} takes the name off the roster.`,
  );
}

/** @throws Failure with a better reason for a refusal: the account of the credentials, or an access role that can't be assumed */
async function throwBetterRefusal(settings: EmergencySettings): Promise<void> {
  const { managementAccountAtHand, requireAccess } = await import("../aws/preconditions.ts");
  await managementAccountAtHand(settings);
  await requireAccess("auth", settings.authAccount, settings.accessRole);
}

/** A user in AWS. */
interface User {
  userName: string;
  /** The assignment in the user's tags; undefined for a user without the stack's tags. */
  assignment: Assignment | undefined;
  /** The shared role that the user may assume by the tags. */
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
    // Where IAM refuses the name as invalid, no user can have it.
    if (error instanceof NoSuchEntityException || (error instanceof Error && error.name === "ValidationError")) {
      return undefined;
    }
    if (isAccessDenied(error)) await throwBetterRefusal(settings);
    throw error;
  }
}

/** A user's name that differs from these in case alone: IAM allows only one of them, and may not find it by another case. */
async function nameInAnotherCase(iam: IAMClient, names: string[]): Promise<string | undefined> {
  try {
    for await (const { Users } of paginateListUsers({ client: iam }, {})) {
      const user = Users?.find(({ UserName = "" }) => names.some((name) => isSameName(name, UserName)));
      if (user?.UserName !== undefined) return user.UserName;
    }
  } catch {
    // Without the right to list users, a name in its exact case still works.
  }
  return undefined;
}

/**
 * Picks the user that a name means where it can be read in several ways. A user who is certainly the stack's comes first.
 *
 * @throws Failure when it could be more than one
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
