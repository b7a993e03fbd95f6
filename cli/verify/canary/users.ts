/** The canaries in AWS: made by the access role, and taken away by it. */

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

/** How long it is waited for what was made to be known everywhere, in milliseconds (IAM User Guide, "Eventual consistency"). */
const patience = 60_000;

/** Calls again and again, a second apart, what fails because AWS does not know yet of what was made. */
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

/** The user was refused, so that there is nothing to be taken away. */
export class NotMade extends Error {
  override readonly name = "NotMade";
}

/**
 * Makes a canary, its key last: by then it has what ends it. A signal is looked at between the calls: none is broken off, which
 * could leave something that nobody knows of.
 *
 * @returns its key, which is nowhere else
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
  // In the path of the developers, whose policy is for users there alone.
  const { User } = await iam.send(new CreateUserCommand({ UserName, Tags })).catch(refused);
  // By AWS's clock: this machine's may be wrong.
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

/** Takes a canary away, whatever it has got meanwhile; its access ends with the first call. One that is gone is no error. */
export async function removeCanary(iam: IAMClient, userName: string): Promise<void> {
  // What was made a moment ago may not be listed yet.
  const isListedLater = (error: unknown): boolean => error instanceof Error && error.name === "DeleteConflictException";
  await settled(() => deleteUser(iam, userName), isListedLater, new AbortController().signal);
}
