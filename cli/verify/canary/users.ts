/** The canaries in AWS, made and removed by the access role. */

import { setTimeout } from "node:timers/promises";

import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import { canaryTag } from "../../../infra/names.ts";
import { deleteUser } from "../../../infra/offboarding.ts";
import type { Settings } from "../../../infra/settings.ts";
import { isAccessDenied, wordsOf } from "../../aws/error-words.ts";
import type { Credentials } from "../../login/developer-clients.ts";
import { type Canary, canaryMinutes, canaryPolicy, canaryPolicyName } from "./plan.ts";

/** Milliseconds in which a new user or key becomes known everywhere (IAM User Guide, "Eventual consistency"). */
const patience = 60_000;

/** Repeats a call every second while it fails because AWS does not know a new user or key yet. */
export async function settled<T>(
  call: () => Promise<T>,
  isEarly: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isEarly(error) || Date.now() > end) throw error;
      await setTimeout(1000, undefined, { signal });
    }
  }
}

const isNotThereYet = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchEntityException";

/** The creation of the user was refused, so there is nothing to remove. */
export class NotMade extends Error {
  override readonly name = "NotMade";
}

/**
 * Makes a canary. Its key comes last, when the policy that ends the canary is in place. The signal is checked between calls alone: an
 * aborted call could leave something unknown behind.
 *
 * @returns the canary's key, which is stored nowhere
 * @throws NotMade
 */
export async function makeCanary(
  iam: IAMClient,
  canary: Canary,
  { stack, tags }: { stack: string } & Pick<Settings, "tags">,
  signal: AbortSignal,
): Promise<Credentials> {
  const { userName: UserName, groups } = canary;
  const own = { ...tags, [canaryTag]: stack };
  const Tags = Object.entries(own).map(([Key, Value]) => ({ Key, Value }));
  signal.throwIfAborted();
  // The user has the developers' path, since their policy works for users at that path alone.
  const { User } = await iam.send(new CreateUserCommand({ UserName, Tags })).catch(refused);
  // The time is AWS's: this machine's clock may be wrong.
  const until = new Date((User?.CreateDate?.getTime() ?? Date.now()) + canaryMinutes * 60_000);
  const PolicyDocument = JSON.stringify(canaryPolicy(canary, until));
  const policy = new PutUserPolicyCommand({ UserName, PolicyName: canaryPolicyName, PolicyDocument });
  await settled(() => iam.send(policy), isNotThereYet, signal);
  for (const GroupName of groups) {
    await settled(() => iam.send(new AddUserToGroupCommand({ UserName, GroupName })), isNotThereYet, signal);
  }
  signal.throwIfAborted();
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

function refused(error: unknown): never {
  if (isAccessDenied(error)) throw new NotMade(wordsOf(error), { cause: error });
  throw error;
}

/** Removes a canary with everything that it has got meanwhile. Its access ends with the first call; one that is gone is no error. */
export async function removeCanary(iam: IAMClient, userName: string): Promise<void> {
  // A key or policy made a moment ago may not be listed yet.
  const isListedLater = (error: unknown): boolean => error instanceof Error && error.name === "DeleteConflictException";
  await settled(() => deleteUser(iam, userName), isListedLater, new AbortController().signal);
}
