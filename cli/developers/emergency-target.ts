import { GetUserCommand, type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";

import { assignmentFromTags } from "../../infra/assignment.ts";
import { roleNameOf } from "../../infra/names.ts";
import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import { iamIn } from "../aws/clients.ts";
import { requireAccessRole, requireManagementAccount } from "../aws/preconditions.ts";
import { type EmergencySettings, readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";

/** Somebody whose access is to end, by what AWS has. */
export interface EmergencyTarget {
  userName: string;
  /** The ids of the accounts in which a role may be, by name. */
  accounts: Record<string, string>;
  /** Names that the roles may have. */
  roleNames: string[];
  /** Seconds that a session of the role lasts at the longest. */
  sessionDuration: number;
}

/**
 * Finds who is meant: a user on the roster, or one who is off it and carries this stack's tags. The user is the one that AWS has
 * by that name, and the roles are looked for in every account that the settings or the tags name.
 *
 * @throws Failure when nobody of the stack has this name
 */
export async function emergencyTarget(
  iam: IAMClient,
  settings: EmergencySettings,
  name: string,
): Promise<EmergencyTarget> {
  const { authAccount, developers, developmentAccounts, rolePrefix, sessionDuration } = settings;
  const user = await userNamed(iam, settings, name);
  const assignment = user && assignmentFromTags({ userName: user.userName, authAccount }, user.tags);
  if (assignment === undefined && !developers.includes(name)) throw nobody(name, developers, user !== undefined);
  const userName = user?.userName ?? name;
  const known = new Set(Object.values(developmentAccounts));
  const others = Object.entries(assignment?.accounts ?? {}).filter(([, id]) => !known.has(id));
  return {
    userName,
    accounts: { ...developmentAccounts, ...Object.fromEntries(others) },
    roleNames: [
      ...new Set([roleNameOf({ rolePrefix }, userName), ...(assignment === undefined ? [] : [assignment.roleName])]),
    ],
    sessionDuration: Math.max(sessionDuration, assignment?.sessionDuration ?? 0),
  };
}

/**
 * IAM in the auth account and the user that a name stands for there, by what an emergency needs of the settings and nothing else.
 */
export async function userInEmergency(
  project: Project,
  name: string,
): Promise<{ iam: IAMClient; userName: string; settings: EmergencySettings; target: EmergencyTarget }> {
  const settings = await readEmergencySettings(project);
  const iam = iamIn(settings.authAccount, settings);
  const target = await emergencyTarget(iam, settings, name);
  return { iam, userName: target.userName, settings, target };
}

/** Says better whose credentials these are, or that the access role is in the way. */
async function explainRefusal({ authAccount, accessRole }: EmergencySettings): Promise<void> {
  await requireManagementAccount();
  await requireAccessRole("auth", authAccount, accessRole);
}

async function userNamed(
  iam: IAMClient,
  settings: EmergencySettings,
  name: string,
): Promise<{ userName: string; tags: Record<string, string> } | undefined> {
  try {
    const { User } = await iam.send(new GetUserCommand({ UserName: name }));
    const tags = (User?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value] as const);
    return { userName: User?.UserName ?? name, tags: Object.fromEntries(tags) };
  } catch (error) {
    // No user of that name can exist where IAM does not take the name.
    if (error instanceof NoSuchEntityException || (error instanceof Error && error.name === "ValidationError")) {
      return undefined;
    }
    if (error instanceof Error && error.name.startsWith("AccessDenied")) await explainRefusal(settings);
    throw error;
  }
}

function nobody(name: string, developers: string[], exists: boolean): Failure {
  if (exists) {
    return new Failure(
      `${name} is a user of the auth account, but not of this stack: neither the roster nor the user's tags say so.`,
      `To end that user's access all the same, see docs/emergency.md: aws iam put-user-policy --user-name ${name} …`,
    );
  }
  const meant = closest(name, developers);
  return new Failure(
    `${name} is not in the roster.`,
    meant === undefined ? "mfa-admin list shows who is." : `Did you mean ${meant}?`,
  );
}
