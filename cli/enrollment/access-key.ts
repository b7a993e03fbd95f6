import { setTimeout } from "node:timers/promises";

import { editAwsFile, readAwsFile, requireWritable } from "../aws-files/files.ts";
import { setKeys, valueOf } from "../aws-files/ini.ts";
import { wordsOfAws } from "../aws/words.ts";
import { Failure } from "../failure.ts";
import { type AccessKey, placeOf } from "../login/access-key.ts";
import { iamFor } from "../login/clients.ts";
import { explainAs } from "../login/explain.ts";
import { askMyself } from "../login/myself.ts";
import { localTime } from "../login/summary.ts";
import type { Enrollment } from "./enrollment.ts";

const step = "Access key";

/**
 * Keeps a key that is in a profile. One that was only meant to begin with is replaced: the new one is stored first, and
 * the initial one deleted only when the new one works.
 */
export async function keepOrReplaceKey(enrollment: Enrollment, initial: AccessKey | undefined): Promise<AccessKey> {
  const { key, options, tell } = enrollment;
  if (initial === undefined) {
    tell(step, `${key.accessKeyId}, in ${placeOf(key)} already`);
    return key;
  }
  const kept = key === initial ? await makeKey(enrollment) : key;
  await untilKnown(kept);
  await deleteKey(kept, initial);
  tell(step, `${kept.accessKeyId}, in the profile ${options.profile}; the initial one is deleted`);
  return kept;
}

async function makeKey({ key, options: { profile } }: Enrollment): Promise<AccessKey> {
  await requireWritable("credentials");
  if (valueOf(await readAwsFile("credentials"), profile, "aws_session_token") !== undefined) {
    throw new Failure(
      `The profile ${profile} holds a session, which would be mixed up with your access key.`,
      "Name another profile with --profile.",
    );
  }
  const [iam, { CreateAccessKeyCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  let made: AccessKey;
  try {
    const { AccessKey: answer } = await iam.send(new CreateAccessKeyCommand({}));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = answer ?? {};
    made = { accessKeyId, secretAccessKey, from: { profile } };
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("LimitExceeded")) throw await twoKeys(key, error);
    throw explainAs(key, error);
  }
  try {
    await editAwsFile("credentials", (text) =>
      setKeys(text, profile, { aws_access_key_id: made.accessKeyId, aws_secret_access_key: made.secretAccessKey }),
    );
  } catch (error) {
    // A key that nobody has is not left behind.
    await deleteKey(key, made);
    throw error;
  }
  return made;
}

async function twoKeys(key: AccessKey, cause: Error): Promise<Failure> {
  const [iam, { ListAccessKeysCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({}));
  const [other] = keys.filter(({ AccessKeyId }) => AccessKeyId !== key.accessKeyId);
  const { AccessKeyId: id = "", CreateDate: since } = other ?? {};
  return new Failure(
    `You have two access keys, and IAM allows no third: the one at hand, and ${id}, made ${since ? localTime(since) : "before"}: ${wordsOfAws(cause)}`,
    `Delete ${id} in the console, under Security credentials, if nothing uses it; or enrol with it. Then run mfa-admin enroll again.`,
    { cause },
  );
}

/** IAM does not know a new key everywhere at once. */
async function untilKnown(key: AccessKey): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await askMyself(key);
      return;
    } catch (error) {
      if (attempt >= 10) throw error;
      await setTimeout(500 * attempt);
    }
  }
}

/** By a key of the same user. */
async function deleteKey(by: AccessKey, { accessKeyId }: AccessKey): Promise<void> {
  const [iam, { DeleteAccessKeyCommand }] = await Promise.all([iamFor(by), import("@aws-sdk/client-iam")]);
  try {
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }));
  } catch (error) {
    throw explainAs(by, error);
  }
}
