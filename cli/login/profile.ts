import { editAwsFile, readAwsFile, requireWritable, sectionOf } from "../aws-files/files.ts";
import { hasSection, removeKeys, sectionNames, setKeys, valueOf } from "../aws-files/ini.ts";
import { Failure } from "../failure.ts";
import type { Session } from "./memory.ts";

/** The key by which `logout` knows what `login` has written. The AWS CLI and SDKs pass over keys they don't know. */
const mark = "mfa_admin_login";
/** The name that other tools have given this key. */
const expiry = "x_security_token_expires";
const keys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", expiry, mark];

/** A profile that `login` has written. */
export interface LoginProfile {
  profile: string;
  account: string;
  /** ISO 8601. */
  expires: string;
}

/** Refuses profiles that hold something else, before a code is spent on them. */
export async function requireFreeProfiles(profiles: string[]): Promise<void> {
  await requireWritable("credentials");
  const [credentials, config] = await Promise.all([readAwsFile("credentials"), readAwsFile("config")]);
  const remedy = "Choose another with --profile.";
  for (const profile of profiles) {
    if (
      valueOf(credentials, profile, "aws_access_key_id") !== undefined &&
      valueOf(credentials, profile, "aws_session_token") === undefined
    ) {
      throw new Failure(`The profile ${profile} holds an access key, which would be lost.`, remedy);
    }
    const section = sectionOf("config", profile);
    const other = ["role_arn", "sso_session", "sso_start_url", "web_identity_token_file"].find(
      (key) => valueOf(config, section, key) !== undefined,
    );
    if (other !== undefined) {
      throw new Failure(
        `The profile ${profile} has ${other} in the configuration file, which the AWS CLI would use instead.`,
        remedy,
      );
    }
  }
}

/** Writes sessions into their profiles, all at once. */
export async function writeProfiles(sessions: Record<string, Session>): Promise<void> {
  await editAwsFile("credentials", (text) =>
    Object.entries(sessions).reduce((before, [profile, session]) => {
      const { accessKeyId, secretAccessKey, sessionToken, expires, account } = session;
      return setKeys(before, profile, {
        aws_access_key_id: accessKeyId,
        aws_secret_access_key: secretAccessKey,
        aws_session_token: sessionToken,
        [expiry]: expires,
        [mark]: account,
      });
    }, text),
  );
}

/** The profiles that `login` has written, in the file's order. */
export async function loginProfiles(): Promise<LoginProfile[]> {
  const text = await readAwsFile("credentials");
  return [...new Set(sectionNames(text))].flatMap((profile) => {
    const account = valueOf(text, profile, mark);
    return account === undefined ? [] : [{ profile, account, expires: valueOf(text, profile, expiry) ?? "" }];
  });
}

/** Takes out what `login` has written there, and leaves what else a profile has. */
export async function removeProfiles(profiles: string[]): Promise<void> {
  if (profiles.length === 0) return;
  await editAwsFile("credentials", (text) =>
    profiles.reduce(
      (before, profile) => (hasSection(before, profile) ? removeKeys(before, profile, keys) : before),
      text,
    ),
  );
}
