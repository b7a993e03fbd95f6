import type { Assignment } from "../../infra/assignment.ts";
import { credentialsIn, isLongTerm } from "../aws-files/profile-credentials.ts";
import { editAwsFile, readAwsFiles, ensureEditable } from "../aws-files/aws-file.ts";
import { editSection } from "../aws-files/ini-edit.ts";
import { headingsIn, type Ini } from "../aws-files/ini.ts";
import { otherSource } from "../aws-files/profile-sources.ts";
import { accessKeyProfile, dailyProfile, requireProfileName } from "../aws-files/profiles.ts";
import { accessKeyStatuses } from "../aws/access-key-status.ts";
import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import { type AccessKey, keyPlace } from "../login/own-access-key.ts";
import { iamFor } from "../login/developer-clients.ts";
import { explainAs } from "../login/explain-key.ts";
import { askMyself } from "../login/myself.ts";
import { localTime } from "../login/login-summary.ts";
import { tell as tellPerson } from "../terminal/tell.ts";
import type { Enrollment } from "./enrollment.ts";

const step = "Access key";

/**
 * Stores a typed key at once in the profile of the final one: the console shows its secret only once. The key is noted as provisional, so
 * that another run replaces it, too.
 *
 * @returns the provisional key, of this run or of one that was stopped
 */
export async function keepTypedKey(
  { key, options: { profile }, progress }: Enrollment,
  initial: AccessKey | undefined,
): Promise<AccessKey | undefined> {
  if (initial === undefined) return (await progress.read()).typedKey === key.accessKeyId ? key : undefined;
  if (initial.from !== "the terminal" || key !== initial) return initial;
  await progress.keep({ typedKey: initial.accessKeyId });
  await editAwsFile("credentials", (text, ini) => withKey(text, ini, profile, initial));
  return initial;
}

/**
 * Keeps a key that is in a profile, and replaces a provisional one: the new key is stored first, and the provisional key is deleted only
 * when the new one works. The provisional key itself is stored where IAM allows no third key, since another computer has the second, and
 * where making and deleting keys needs MFA.
 */
export async function keepOrReplaceKey(
  enrollment: Enrollment,
  initial: AccessKey | undefined,
  { accessKeys }: Assignment,
): Promise<AccessKey> {
  const { key, options, progress, tell } = enrollment;
  if (initial === undefined) {
    tell(step, `${key.accessKeyId}, in ${keyPlace(key)} already${await besides(enrollment, key)}`);
    return key;
  }
  const isHardened = accessKeys === "with-mfa";
  const kept = key !== initial ? key : isHardened ? await storeItself(enrollment) : await makeKey(enrollment);
  await untilKnown(kept, enrollment.myself.userName);
  await progress.forget("typedKey");
  if (kept.accessKeyId === initial.accessKeyId) {
    tell(step, `${kept.accessKeyId} itself, in the profile ${options.profile}${await besides(enrollment, kept)}`);
    return kept;
  }
  const isDeleted = !isHardened && (await deleteKey(kept, initial));
  const other = isDeleted
    ? "the initial one is deleted"
    : `${initial.accessKeyId} stays: delete it in the console, signed in with a code, if no other computer has it`;
  tell(step, `${kept.accessKeyId}, in the profile ${options.profile}; ${other}`);
  return kept;
}

/** A sentence on the developer's other key, which may be that of another computer. */
async function besides({ myself }: Enrollment, key: AccessKey): Promise<string> {
  const keys = await accessKeyStatuses(await iamFor(key), myself.userName).catch(() => []);
  return keys
    .filter(({ id }) => id !== key.accessKeyId)
    .map(({ id, active, createdAt, lastUsedAt, lastUsedService, lastUseUnknown }) => {
      const use =
        lastUseUnknown === true
          ? "the console tells when it was used last"
          : lastUsedAt === undefined
            ? "never used"
            : `last used ${localTime(lastUsedAt)} for ${lastUsedService ?? ""}`;
      return `; ${id}, made ${localTime(createdAt)}, stays beside it (${active ? use : "inactive"})`;
    })
    .join("");
}

/** Refuses the profile of the login for the access key: there would be no place for the session. */
export function requireKeyProfile(profile: string): void {
  requireProfileName(profile);
  if (profile !== dailyProfile) return;
  throw new Failure(
    `The profile ${dailyProfile} is where mfa-admin login writes its sessions; your access key needs another.`,
    `Name another with --profile, or leave it out for ${accessKeyProfile}.`,
  );
}

/** Refuses a profile that a new key cannot be written into, before a key is made. */
export async function ensureRoomForKey(profile: string): Promise<void> {
  const files = await readAwsFiles();
  const other = otherSource(files, profile);
  if (other !== undefined) {
    throw new Failure(
      `The profile ${profile} ${other}, if your access key stood there.`,
      "Name another profile with --profile, or take that out of this one.",
    );
  }
  if (credentialsIn(files.credentials, profile).sessionToken !== undefined) {
    throw new Failure(
      `The profile ${profile} holds a session, which would be mixed up with your access key.`,
      "Name another profile with --profile, or take aws_session_token out of this one.",
    );
  }
  await ensureEditable("credentials", (text, ini) =>
    withKey(text, ini, profile, { accessKeyId: "", secretAccessKey: "" }),
  );
}

/**
 * The file's text with the key. A dead key that the profile holds is kept in another profile, since it may be stored nowhere else.
 *
 * @param replaced the id of the key that is going to be deleted
 */
function withKey(
  text: string,
  ini: Ini,
  profile: string,
  key: Pick<AccessKey, "accessKeyId" | "secretAccessKey">,
  replaced?: string,
): string {
  const { accessKeyId: aws_access_key_id, secretAccessKey: aws_secret_access_key } = key;
  const written = editSection(text, profile, { aws_access_key_id, aws_secret_access_key });
  const before = credentialsIn(ini, profile);
  if (!isLongTerm(before) || [key.accessKeyId, replaced].includes(before.accessKeyId)) return written;
  return editSection(written, nameForOld(ini, profile), {
    aws_access_key_id: before.accessKeyId,
    aws_secret_access_key: before.secretAccessKey,
  });
}

function nameForOld(credentials: Ini, profile: string): string {
  const taken = headingsIn(credentials);
  const names = [`${profile}-old`, ...taken.map((_, index) => `${profile}-old-${index + 2}`)];
  return names.find((name) => !taken.includes(name)) ?? `${profile}-old`;
}

async function storeItself({ key, options: { profile } }: Enrollment): Promise<AccessKey> {
  const own = { ...key, from: { profile } };
  await editAwsFile("credentials", (text, ini) => withKey(text, ini, profile, own));
  return own;
}

async function makeKey(enrollment: Enrollment): Promise<AccessKey> {
  const { key, options } = enrollment;
  const { profile } = options;
  await ensureRoomForKey(profile);
  const [iam, { CreateAccessKeyCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  let made: AccessKey;
  try {
    const { AccessKey: answer } = await iam.send(new CreateAccessKeyCommand({}));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = answer ?? {};
    made = { accessKeyId, secretAccessKey, from: { profile } };
  } catch (error) {
    if (isAccessDenied(error)) tellPerson(`AWS lets no access key make another: ${wordsOfAws(error)}`);
    else if (!(error instanceof Error && error.name.startsWith("LimitExceeded"))) throw explainAs(key, error);
    return storeItself(enrollment);
  }
  try {
    await editAwsFile("credentials", (text, ini) => withKey(text, ini, profile, made, key.accessKeyId));
  } catch (error) {
    // A key whose secret was not stored is deleted again.
    await deleteKey(key, made);
    throw error;
  }
  return made;
}

/** Waits until IAM knows a new key, which takes seconds. */
export async function untilKnown(key: AccessKey, userName: string): Promise<void> {
  const [client, { waitUntilUserExists }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  try {
    await waitUntilUserExists({ client, minDelay: 1, maxDelay: 5, maxWaitTime: 30 }, { UserName: userName });
  } catch {
    // This call throws the reason.
    await askMyself(key);
  }
}

/** Deletes a key by another of the same user. @returns whether it is gone; a policy may refuse the deletion without MFA */
async function deleteKey(by: AccessKey, { accessKeyId }: AccessKey): Promise<boolean> {
  const [iam, { DeleteAccessKeyCommand }] = await Promise.all([iamFor(by), import("@aws-sdk/client-iam")]);
  try {
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }));
    return true;
  } catch (error) {
    if (isAccessDenied(error)) return false;
    throw explainAs(by, error);
  }
}
