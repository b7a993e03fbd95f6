import type { AccessKeyMetadata, IAMClient } from "@aws-sdk/client-iam";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { accessKeysOf } from "../../infra/access-keys.ts";
import { editAwsFile, ensureEditable, readAwsFile } from "../aws-files/aws-file.ts";
import { withFileLock } from "../aws-files/file-lock.ts";
import { editSection } from "../aws-files/ini-edit.ts";
import { credentialsIn } from "../aws-files/profile-credentials.ts";
import { wasSentAgain } from "../aws/sent-again.ts";
import { Failure } from "../failure.ts";
import { iamFor } from "../login/developer-clients.ts";
import { explainAs } from "../login/explain-key.ts";
import { localTime } from "../login/login-summary.ts";
import { sessionWithMfa } from "../login/mfa-session.ts";
import { handOnLogin } from "../login/memory.ts";
import { type Myself, warnOfClock } from "../login/myself.ts";
import { type AccessKey, keyPlace } from "../login/own-access-key.ts";
import { ownKey } from "../login/own-key.ts";
import { sixDigits } from "../login/code.ts";
import type { RotatedKey } from "../results/rotate-key.ts";
import { type Stands, tellingHowItStands } from "../terminal/moment.ts";
import { tell as tellPerson } from "../terminal/tell.ts";
import { EnrollmentProgress, type Rotation } from "./enrollment-progress.ts";
import { untilKnown } from "./replace-key.ts";

export interface RotateOptions {
  cacheDirectory: string;
  dataDirectory: string;
  sourceProfile: string | undefined;
  kit: string | undefined;
  /** The code as it was typed; asked for where it is needed. */
  code: string[] | undefined;
  /** Days that the old key stays, inactive. */
  grace: number;
}

/** The state of one run of the rotation. */
interface Rotating {
  iam: IAMClient;
  /** The access key id by which IAM is called: the developer's key, or a session's. */
  by: string;
  key: AccessKey;
  profile: string;
  myself: Myself;
  progress: EnrollmentProgress;
  keys: AccessKeyMetadata[];
  rotation: Rotation | undefined;
  grace: number;
  cacheDirectory: string;
  stands: Stands;
}

const day = 86_400_000;

/**
 * Replaces the developer's access key. A new key is stored beside the old one, tried, and put in its place; the old key is deactivated, and
 * deleted by a later run when the grace period is over. A run that was killed at any step is finished by the next one.
 *
 * @throws Failure where the key is in no profile, or a second key is in the way
 */
export async function rotateKey(options: RotateOptions, tell: (line: string) => void): Promise<RotatedKey> {
  const code = options.code === undefined ? undefined : sixDigits(options.code.join(""));
  const { dataDirectory } = options;
  // Where no directory can be made, no other run has a lock in it; `begin` then says why nothing can be kept there.
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 }).catch(() => undefined);
  return tellingHowItStands("Nothing was changed: run mfa-admin rotate-key again.", (stands) =>
    // Another run would take a key that this one has just made for that of a killed run.
    withFileLock(
      join(dataDirectory, "rotate-key"),
      () => rotate({ ...options, code, stands }, tell),
      () => {
        tellPerson("Waiting for another mfa-admin rotate-key.");
      },
    ),
  );
}

async function rotate(
  { code, stands, ...options }: Omit<RotateOptions, "code"> & { code: string | undefined; stands: Stands },
  tell: (line: string) => void,
): Promise<RotatedKey> {
  const { key, myself } = await ownKey(options);
  warnOfClock(myself);
  const profile = await profileOf(key);
  const progress = new EnrollmentProgress(options.dataDirectory, myself);
  const isHardened = myself.assignment?.accessKeys === "with-mfa";
  const { cacheDirectory, grace } = options;
  // A code is spent last.
  if (isHardened) await progress.ensureWritable();
  const onCode = (): void => {
    stands(
      "No key was changed, and the code may be used up: run mfa-admin rotate-key again with your device's next code.",
    );
  };
  const by = isHardened ? await sessionWithMfa({ key, myself }, { cacheDirectory, given: code, onCode }) : key;
  const iam = await iamFor(by, myself.clockOffset);
  try {
    const keys = await accessKeysOf(iam, myself.userName);
    const { rotation } = await progress.read();
    const known = { by: by.accessKeyId, key, profile, myself, progress, keys, rotation };
    const rotating = { iam, ...known, grace, cacheDirectory, stands };
    const isBegun = rotation !== undefined && keys.some(({ AccessKeyId }) => AccessKeyId === rotation.old);
    return await (isBegun && rotation.old !== key.accessKeyId ? finish : begin)(rotating, tell);
  } catch (error) {
    throw explainAs(key, error);
  }
}

/** Makes the second key and puts it in place of the first. */
async function begin(rotating: Rotating, tell: (line: string) => void): Promise<RotatedKey> {
  const { key, profile, myself, progress, cacheDirectory, stands } = rotating;
  stands(
    "A new key may be there, and yours works as before: run mfa-admin rotate-key again, which goes on from there.",
  );
  const made = (await storedBeside(rotating)) ?? (await makeBeside(rotating));
  tell(`New key ${made.accessKeyId}, stored in the profile ${beside(profile)}.`);
  await untilKnown(made, myself.userName);
  await handOnLogin(cacheDirectory, key.accessKeyId, made.accessKeyId);
  await editAwsFile("credentials", (text) =>
    editSection(editSection(text, profile, written(made)), beside(profile), nothing),
  );
  tell(`It works, and is in the profile ${profile} now.`);
  const rotation: Rotation = { old: key.accessKeyId };
  await progress.keep({ rotation });
  const keys = rotating.keys.filter(({ AccessKeyId }) => AccessKeyId === key.accessKeyId);
  return finish({ ...rotating, key: made, keys, rotation }, tell);
}

/** Deactivates the old key, or deletes it when its grace period is over. */
async function finish(rotating: Rotating, tell: (line: string) => void): Promise<RotatedKey> {
  const { iam, by, key, keys, profile, myself, progress, rotation, grace, stands } = rotating;
  stands(
    `The profile ${profile} has the new key, and the old one may work still: run mfa-admin rotate-key again, which goes on from there.`,
  );
  // The request of a session has to name the user (IAM API Reference, "UpdateAccessKey").
  const { userName: UserName } = myself;
  const { old = "", inactiveSince } = rotation ?? {};
  const isActive = keys.some(({ AccessKeyId, Status }) => AccessKeyId === old && Status === "Active");
  const result = { accessKeyId: key.accessKeyId, oldKeyId: old };
  const { DeleteAccessKeyCommand, UpdateAccessKeyCommand } = await import("@aws-sdk/client-iam");
  if (isActive) {
    const inactive = new UpdateAccessKeyCommand({ UserName, AccessKeyId: old, Status: "Inactive" });
    await iam.send(inactive).catch((error: unknown) => {
      // A key that has just deactivated itself is refused when the answer was lost and the request is sent again.
      if (by !== old || !(error instanceof Error && error.name === "InvalidClientTokenId")) throw error;
    });
  }
  const since = isActive ? new Date().toISOString() : (inactiveSince ?? new Date().toISOString());
  const deletedFrom = new Date(Date.parse(since) + grace * day);
  if (isActive || deletedFrom.getTime() > Date.now()) {
    await progress.keep({ rotation: { old, inactiveSince: since } });
    tell(
      `The old key ${old} is inactive. Run mfa-admin rotate-key again from ${localTime(deletedFrom)} on to delete it; until then the console can activate it, where something else still needs it.`,
    );
    return { ...result, oldKey: "inactive", deletedFrom: deletedFrom.toISOString() };
  }
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: old }));
  await progress.forget("rotation");
  tell(`The old key ${old} is deleted. Yours is ${key.accessKeyId}.`);
  return { ...result, oldKey: "deleted" };
}

/** The second key that an earlier run has stored, but not yet put in place. */
async function storedBeside({ profile, keys, rotation }: Rotating): Promise<AccessKey | undefined> {
  if (rotation === undefined) return undefined;
  const { accessKeyId, secretAccessKey } = credentialsIn(await readAwsFile("credentials"), beside(profile));
  const isThere = keys.some(({ AccessKeyId, Status }) => AccessKeyId === accessKeyId && Status === "Active");
  if (!isThere || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, from: { profile: beside(profile) } };
}

async function makeBeside({ iam, key, profile, myself, progress, keys, rotation }: Rotating): Promise<AccessKey> {
  const { CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMServiceException } = await import("@aws-sdk/client-iam");
  const others = keys.filter(({ AccessKeyId }) => AccessKeyId !== key.accessKeyId);
  const lost = others.filter((one) => isOfKilledRun(one, rotation));
  const { userName: UserName, clockOffset } = myself;
  for (const { AccessKeyId } of lost) await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  const left = others.filter((one) => !lost.includes(one));
  if (left.length > 0) throw secondKey(left);
  await ensureFree(profile);
  const begun = new Date(Date.now() + clockOffset).toISOString();
  await progress.keep({ rotation: { old: key.accessKeyId, begun } });
  const { AccessKey: answer } = await iam
    .send(new CreateAccessKeyCommand({ UserName }))
    .catch(async (error: unknown) => {
      if (!(error instanceof IAMServiceException) || error.$fault === "server") throw error;
      // A request that was sent again may have made a key the first time.
      if (wasSentAgain(error) && error.name.startsWith("LimitExceeded")) throw lostKey(error);
      await progress.forget("rotation");
      throw error;
    });
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = answer ?? {};
  const made: AccessKey = { accessKeyId, secretAccessKey, from: { profile: beside(profile) } };
  try {
    await editAwsFile("credentials", (text) => editSection(text, beside(profile), written(made)));
  } catch (error) {
    // A key whose secret was not stored is deleted again.
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }));
    await progress.forget("rotation");
    throw error;
  }
  return made;
}

/**
 * Whether a key was made by a run that was killed before it stored the key, whose secret is lost then. Such a key was made right after the
 * time that the run has noted; any other key is another computer's.
 */
function isOfKilledRun({ CreateDate }: AccessKeyMetadata, rotation: Rotation | undefined): boolean {
  if (CreateDate === undefined || rotation?.begun === undefined) return false;
  const after = CreateDate.getTime() - Date.parse(rotation.begun);
  return after > -5000 && after < 60_000;
}

/** The profile of the new key until it was tried. */
const beside = (profile: string): string => `${profile}-new`;

const written = ({ accessKeyId, secretAccessKey }: AccessKey) => ({
  aws_access_key_id: accessKeyId,
  aws_secret_access_key: secretAccessKey,
});
const nothing = { aws_access_key_id: undefined, aws_secret_access_key: undefined };

/** The profile that has the key in the credentials file. @throws Failure where the key is somewhere else */
async function profileOf(key: AccessKey): Promise<string> {
  const { from } = key;
  if (typeof from === "object") {
    const { accessKeyId } = credentialsIn(await readAwsFile("credentials"), from.profile);
    if (accessKeyId === key.accessKeyId) return from.profile;
  }
  throw new Failure(
    `The access key ${key.accessKeyId} comes from ${keyPlace(key)}, where mfa-admin writes nothing.`,
    "Replace it where it is kept: make another in the console, under Security credentials. Or run mfa-admin enroll, which puts one into a profile.",
  );
}

/** @throws Failure where the profile for the new key holds something else, or the file cannot be written */
async function ensureFree(profile: string): Promise<void> {
  if (credentialsIn(await readAwsFile("credentials"), beside(profile)).accessKeyId !== undefined) {
    throw new Failure(
      `The profile ${beside(profile)}, where the new key would stand until it was tried, holds something else.`,
      "Rename that profile in the AWS credentials file, and run it again.",
    );
  }
  await ensureEditable("credentials", (text) => editSection(text, beside(profile), { aws_access_key_id: "" }));
}

/** The error for a key whose secret was in an answer that did not arrive. The note of it stays, so that the next run deletes the key. */
function lostKey(cause: Error): Failure {
  return new Failure(
    "AWS has made a second access key, and the answer with its secret was lost. Your key is as it was.",
    "Run mfa-admin rotate-key again: it deletes that key first.",
    { cause },
  );
}

/** The error for a second key in the way: IAM allows no third (IAM User Guide, "IAM and AWS STS quotas"). */
function secondKey(others: AccessKeyMetadata[]): Failure {
  const each = others.map(
    ({ AccessKeyId = "", Status = "", CreateDate }) =>
      `${AccessKeyId} (${Status.toLowerCase()}, made ${CreateDate === undefined ? "at an unknown time" : localTime(CreateDate)})`,
  );
  return new Failure(
    `You have a second access key already, ${each.join(", ")}, and IAM allows no third.`,
    "Nothing was changed. If no other computer uses it, delete it in the console, under Security credentials, and run mfa-admin rotate-key again.",
  );
}
