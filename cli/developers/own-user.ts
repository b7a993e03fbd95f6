import { GetUserCommand, type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";

import { assignmentFromTags } from "../../infra/assignment.ts";
import { isCutOff } from "../../infra/older-sessions.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { notedResources } from "../state/checkpoint.ts";
import { userInState } from "./user-in-state.ts";

/**
 * Refuses to give credentials to a user who is not the stack's, whatever the roster says: in AWS, a name of the roster may be
 * another user's. A user that does not exist is left to the caller's next calls.
 *
 * @throws Failure when the user is not the stack's, or was cut off
 */
export async function requireOwnUser(
  iam: IAMClient,
  project: Project,
  { authAccount }: Settings,
  userName: string,
): Promise<void> {
  const tags = await tagsOf(iam, userName);
  if (tags === undefined) return;
  if (assignmentFromTags({ userName, authAccount }, tags) === undefined) {
    await requireInState(project, userName, authAccount);
  }
  if (!(await isCutOff(iam, userName))) return;
  throw new Failure(
    `${userName} was cut off by mfa-admin remove-developer, which did not come to its end: no password would let ${userName} in.`,
    `Run mfa-admin remove-developer ${userName} to finish it, or mfa-admin up --lift-denials ${userName} to let ${userName} in again.`,
  );
}

async function requireInState(project: Project, userName: string, authAccount: string): Promise<void> {
  const noted = userInState(await notedResources(project), userName);
  // A user of this name in another account is another user.
  if (typeof noted === "object" && noted.authAccount === authAccount) return;
  const state = noted === "unknown" ? "the state, which could not be read, says" : "the state says";
  throw new Failure(
    `${userName} is a user of the auth account, but neither that user's tags nor ${state} that it is this stack's.`,
    "Nothing was changed. mfa-admin preview tells what AWS has under the roster's names; mfa-admin up puts the tags right of users that are the stack's.",
  );
}

async function tagsOf(iam: IAMClient, UserName: string): Promise<Record<string, string> | undefined> {
  try {
    const { User } = await iam.send(new GetUserCommand({ UserName }));
    return Object.fromEntries((User?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
