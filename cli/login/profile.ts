import { editAwsFile, readAwsFile, requireWritable, sectionOf } from "../aws-files/files.ts";
import { removeKeys, sectionNames, setKeys, valueOf } from "../aws-files/ini.ts";
import { region } from "../../infra/region.ts";
import { Failure } from "../failure.ts";
import type { Session } from "./memory.ts";

/** The key by which `logout` knows what `login` has written. The AWS CLI and SDKs pass over keys they don't know. */
const mark = "mfa_admin_login";
/** The name that other tools have given this key. */
const expiry = "x_security_token_expires";
/** The key by which it knows that the region beside it is not the user's own choice. */
const regionMark = "mfa_admin_region";
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

/** Writes sessions into their profiles, all at once. Those without a region get one, or the AWS CLI would do nothing. */
export async function writeProfiles(sessions: Record<string, Session>): Promise<void> {
  const config = await readAwsFile("config");
  await editAwsFile("credentials", (text) =>
    Object.entries(sessions).reduce((before, [profile, session]) => {
      const { accessKeyId, secretAccessKey, sessionToken, expires, account } = session;
      const clean = removeKeys(before, profile, writtenRegion(before, profile));
      const chosen = valueOf(config, sectionOf("config", profile), "region") ?? valueOf(clean, profile, "region");
      return setKeys(clean, profile, {
        aws_access_key_id: accessKeyId,
        aws_secret_access_key: secretAccessKey,
        aws_session_token: sessionToken,
        ...(chosen === undefined && regionKeys(config, account)),
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

/** The session that a profile holds; empty texts where a part of it is missing. */
export async function sessionIn(
  profile: string,
): Promise<Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken">> {
  const text = await readAwsFile("credentials");
  const value = (key: string): string => valueOf(text, profile, key) ?? "";
  return {
    accessKeyId: value("aws_access_key_id"),
    secretAccessKey: value("aws_secret_access_key"),
    sessionToken: value("aws_session_token"),
  };
}

/** Takes out what `login` has written there, and leaves what else a profile has. */
export async function removeProfiles(profiles: string[]): Promise<void> {
  if (profiles.length === 0) return;
  await editAwsFile("credentials", (text) =>
    profiles.reduce(
      (before, profile) => removeKeys(before, profile, [...keys, ...writtenRegion(before, profile)]),
      text,
    ),
  );
}

/** The region of the account's own profile, which `enroll` writes, else the user's default. */
function regionKeys(config: string, account: string): Record<string, string> {
  const chosen = [account, "default"].map((profile) => valueOf(config, sectionOf("config", profile), "region"));
  const value = chosen.find((candidate) => candidate) ?? region;
  return { region: value, [regionMark]: value };
}

/** The keys of a region that `login` has written into a profile; none when the region is the user's. */
function writtenRegion(credentials: string, profile: string): string[] {
  const mark = valueOf(credentials, profile, regionMark);
  if (mark === undefined) return [];
  return mark === valueOf(credentials, profile, "region") ? ["region", regionMark] : [regionMark];
}
