import { parseKnownFiles } from "@smithy/shared-ini-file-loader";

import { readAwsFile } from "../aws-files/files.ts";
import { accessKeyProfile } from "../aws-files/profiles.ts";
import { Failure } from "../failure.ts";

/** A developer's own long-term access key, and where it was found. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  from: { profile: string } | "the environment" | "the terminal";
}

type Profiles = Awaited<ReturnType<typeof parseKnownFiles>>;

/**
 * Finds what may be the developer's own access key: in the profile that is named; else in the environment, in `AWS_PROFILE`, in
 * the profile `auth`, which `enroll` makes, and in the default one. Sessions, such as those that `login` has written, are
 * passed over: MFA codes are good for long-term keys only.
 *
 * @param more further profiles that come before `auth`
 * @returns each key once, in this order
 */
export async function findAccessKeys(sourceProfile?: string, more: string[] = []): Promise<AccessKey[]> {
  // The SDK passes over a file that it cannot read.
  await Promise.all([readAwsFile("credentials"), readAwsFile("config")]);
  const profiles = await parseKnownFiles({ ignoreCache: true });
  if (sourceProfile !== undefined) {
    const key = keyOf(profiles, sourceProfile);
    if (key === undefined) throw withoutKey(profiles, sourceProfile);
    return [key];
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = process.env;
  const named = [...(AWS_PROFILE ? [AWS_PROFILE] : []), ...more, accessKeyProfile, "default"];
  const keys: AccessKey[] = named.map((profile) => keyOf(profiles, profile)).filter((key) => key !== undefined);
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !AWS_SESSION_TOKEN) {
    const [accessKeyId, secretAccessKey] = [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY];
    keys.unshift({ accessKeyId, secretAccessKey, from: "the environment" });
  }
  // The same key with another secret is another candidate: one of them may be mistyped.
  return [
    ...new Map(keys.toReversed().map((key) => [`${key.accessKeyId} ${key.secretAccessKey}`, key])).values(),
  ].toReversed();
}

/** The key that a profile itself holds, if any. */
export async function profileKey(profile: string): Promise<AccessKey | undefined> {
  return keyOf(await parseKnownFiles({ ignoreCache: true }), profile);
}

/** The first of them, for commands that ask AWS nothing before they use it. */
export async function requireAccessKey(sourceProfile?: string): Promise<AccessKey> {
  const [key] = await requireAccessKeys(sourceProfile);
  return key;
}

/** @throws Failure when there is none */
export async function requireAccessKeys(sourceProfile?: string): Promise<[AccessKey, ...AccessKey[]]> {
  const [key, ...others] = await findAccessKeys(sourceProfile);
  if (key !== undefined) return [key, ...others];
  throw new Failure(
    `No access key of yours was found: not in the environment, and in no profile ${accessKeyProfile} or default.`,
    "Run mfa-admin enroll, or name the profile that has it with --source-profile.",
  );
}

/** "the profile auth" or "the environment" */
export function placeOf({ from }: AccessKey): string {
  return typeof from === "string" ? from : `the profile ${from.profile}`;
}

/** A profile's own key, or that of its `source_profile`. */
function keyOf(profiles: Profiles, profile: string, seen: string[] = []): AccessKey | undefined {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token, source_profile } = profiles[profile] ?? {};
  if (aws_access_key_id && aws_secret_access_key) {
    if (aws_session_token) return undefined;
    return { accessKeyId: aws_access_key_id, secretAccessKey: aws_secret_access_key, from: { profile } };
  }
  if (source_profile === undefined || seen.includes(source_profile)) return undefined;
  return keyOf(profiles, source_profile, [...seen, profile]);
}

function withoutKey(profiles: Profiles, profile: string): Failure {
  const others = Object.keys(profiles).filter((name) => keyOf(profiles, name) !== undefined);
  const known = others.length > 0 ? `Profiles that hold one: ${others.join(", ")}.` : "Run mfa-admin enroll first.";
  if (profiles[profile] === undefined) return new Failure(`There is no profile ${profile}.`, known);
  return new Failure(`The profile ${profile} holds no access key of your own, but a session or nothing.`, known);
}
