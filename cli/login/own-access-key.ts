import { credentialsIn, isLongTerm, type ProfileCredentials } from "../aws-files/profile-credentials.ts";
import { directoryInPlaceOf, readAwsFiles } from "../aws-files/aws-file.ts";
import { headingsIn } from "../aws-files/ini.ts";
import { configHeading, configProfiles, profileValues } from "../aws-files/profile-map.ts";
import { isUnnamed, variableOf } from "../aws-files/paths.ts";
import { accessKeyProfile } from "../aws-files/profiles.ts";
import { Failure } from "../failure.ts";
import { asArgument } from "../terminal/one-line.ts";

/** A developer's own long-term access key, and where it was found. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  from: { profile: string } | "the environment" | "the terminal";
}

type Files = Awaited<ReturnType<typeof readAwsFiles>>;

/**
 * Finds candidates for the developer's own access key: in the given profile; else in the environment, in `AWS_PROFILE`, in the profile
 * `auth`, which `enroll` makes, and in the default profile. Sessions, such as those that `login` has written, are skipped: MFA codes work
 * with long-term keys only. A `credential_process` is run where no file has a key.
 *
 * @param more further profiles that come before `auth`
 * @returns each key once, in this order
 */
export async function findAccessKeys(sourceProfile?: string, more: string[] = []): Promise<AccessKey[]> {
  return (await lookForKeys(sourceProfile, more)).keys;
}

/** The same, with an error about what was found instead of a key. */
async function lookForKeys(
  sourceProfile: string | undefined,
  more: string[] = [],
): Promise<{ keys: AccessKey[]; instead?: Failure | undefined }> {
  const files = await readAwsFiles();
  if (sourceProfile !== undefined) {
    const key = longTermKeyOf(files, sourceProfile) ?? (await processKey(files, sourceProfile));
    if (key === undefined) throw withoutKey(files, sourceProfile);
    return { keys: [key] };
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = process.env;
  // The `credential_process` of the key's own profile is run; that of other profiles only where there is no key at all.
  const [meant, others] = [
    [...more, accessKeyProfile],
    [...(AWS_PROFILE ? [AWS_PROFILE] : []), "default"],
  ];
  const keys: AccessKey[] = [];
  let instead: Failure | undefined;
  const ask = async (profile: string): Promise<AccessKey | undefined> => {
    try {
      return await processKey(files, profile);
    } catch (error) {
      const { SessionOfProcess } = await import("./key-process.ts");
      if (!(error instanceof SessionOfProcess)) throw error;
      instead ??= error;
      return undefined;
    }
  };
  for (const profile of new Set([...others.slice(0, -1), ...meant, "default"])) {
    const key = longTermKeyOf(files, profile) ?? (meant.includes(profile) ? await ask(profile) : undefined);
    if (key !== undefined) keys.push(key);
  }
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !AWS_SESSION_TOKEN) {
    const [accessKeyId, secretAccessKey] = [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY];
    keys.unshift({ accessKeyId, secretAccessKey, from: "the environment" });
  }
  for (const profile of keys.length > 0 ? [] : others) {
    const key = await ask(profile);
    if (key !== undefined) return { keys: [key] };
  }
  // The same key id with another secret is another candidate: one secret may be mistyped.
  const different = new Map(keys.toReversed().map((key) => [`${key.accessKeyId} ${key.secretAccessKey}`, key]));
  return { keys: [...different.values()].toReversed(), instead };
}

/** The key in a profile itself, if any. */
export async function profileKey(profile: string): Promise<AccessKey | undefined> {
  return longTermKeyOf(await readAwsFiles(), profile);
}

/** A developer's own access keys, in the order of {@link findAccessKeys}. @throws Failure when there is none */
export async function ownAccessKeys(sourceProfile?: string): Promise<[AccessKey, ...AccessKey[]]> {
  const {
    keys: [key, ...others],
    instead,
  } = await lookForKeys(sourceProfile);
  if (key !== undefined) return [key, ...others];
  if (instead !== undefined) throw instead;
  throw new Failure(
    `No access key of yours was found: not in the environment, and in no profile ${accessKeyProfile} or default.`,
    unnamedFile() ?? (await directoryInstead()) ?? elsewhere(await readAwsFiles()),
  );
}

/** The remedy where the usual places have no key. */
function elsewhere(files: Files): string {
  const [holder, ...others] = holders(files);
  if (holder === undefined) return "Run mfa-admin enroll, or name the profile that has it with --source-profile.";
  return others.length === 0
    ? `The profile ${holder} holds one. If it is yours, add --source-profile ${asArgument(holder)}.`
    : `These profiles hold one: ${[holder, ...others].join(", ")}. Name yours with --source-profile.`;
}

/** The place of a key in a message: "the profile auth" or "the environment". */
export function keyPlace({ from }: AccessKey): string {
  return typeof from === "string" ? from : `the profile ${from.profile}`;
}

/** A profile's own key, or that of its `source_profile`. */
function longTermKeyOf(files: Files, profile: string, seen: string[] = []): AccessKey | undefined {
  const found = credentialsOf(files, profile);
  const { accessKeyId, secretAccessKey, sessionToken } = found;
  if (sessionToken !== undefined) return undefined;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return isLongTerm(found) ? { accessKeyId, secretAccessKey, from: { profile } } : undefined;
  }
  const source = profileValues(files, profile)?.get("source_profile");
  if (!source || seen.includes(source)) return undefined;
  return longTermKeyOf(files, source, [...seen, profile]);
}

/** The long-term key from a profile's `credential_process`, such as a password manager's. */
async function processKey(files: Files, profile: string): Promise<AccessKey | undefined> {
  const command = profileValues(files, profile)?.get("credential_process");
  if (!command) return undefined;
  const { keyOfProcess } = await import("./key-process.ts");
  const key = await keyOfProcess(profile, command);
  return key && { ...key, from: { profile } };
}

/**
 * The credentials of a profile. The credentials file comes first, as for the AWS CLI (botocore, `credentials.create_credential_resolver`).
 */
function credentialsOf({ config, credentials }: Files, profile: string): ProfileCredentials {
  const found = credentialsIn(credentials, profile);
  return found.accessKeyId === undefined ? credentialsIn(config, configHeading(config, profile)) : found;
}

/** The remedy where an empty variable hides a file. */
function unnamedFile(): string | undefined {
  const variable = (["credentials", "config"] as const).filter(isUnnamed).map(variableOf).join(" and ");
  return variable === "" ? undefined : `Unset ${variable}: where it is empty, the AWS CLI has no such file.`;
}

/** The names of all profiles, each once. */
function profilesIn({ config, credentials }: Files): string[] {
  return [...new Set([...headingsIn(credentials), ...configProfiles(config)])];
}

/** The profiles that hold a long-term key. */
function holders(files: Files): string[] {
  return profilesIn(files).filter((name) => longTermKeyOf(files, name) !== undefined);
}

/** The remedy where a directory is in the place of a file. */
async function directoryInstead(): Promise<string | undefined> {
  const path = (await directoryInPlaceOf("credentials")) ?? (await directoryInPlaceOf("config"));
  return path && `${path} is a directory, where a file is due: move it away, then run mfa-admin enroll.`;
}

function withoutKey(files: Files, profile: string): Failure {
  const [profiles, others] = [profilesIn(files), holders(files)];
  const known =
    others.length > 0
      ? `Profiles that hold one: ${others.join(", ")}.`
      : (unnamedFile() ?? "Run mfa-admin enroll first.");
  if (!profiles.includes(profile)) return new Failure(`There is no profile ${asArgument(profile)}.`, known);
  const found = credentialsOf(files, profile);
  if (found.sessionToken !== undefined && isLongTerm(found)) {
    return new Failure(
      `The profile ${profile} holds an access key beside the token of a session, and AWS takes neither.`,
      `Take aws_session_token out of it, or name another profile. ${known}`,
    );
  }
  return new Failure(`The profile ${profile} holds no access key of your own, but a session or nothing.`, known);
}
