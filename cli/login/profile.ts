import { region } from "../../infra/region.ts";
import { credentialKeys, credentialsIn, isLongTerm } from "../aws-files/profile-credentials.ts";
import { editAwsFile, readAwsFile, readAwsFiles, ensureEditable } from "../aws-files/aws-file.ts";
import { editSection } from "../aws-files/ini-edit.ts";
import { headingsIn, inheritedIn, type Ini, ownValuesIn, valuesIn } from "../aws-files/ini.ts";
import { configValues, profileValues } from "../aws-files/profile-map.ts";
import { hiddenKey, otherSource, sharedAccount } from "../aws-files/profile-sources.ts";
import { otherProfileName, requireProfileName } from "../aws-files/profiles.ts";
import { Failure } from "../failure.ts";
import type { Session } from "./memory.ts";
import type { LoginProfile } from "../results/login.ts";
import type { Credentials } from "./developer-clients.ts";
import { sessionInAws } from "./session-in-aws.ts";

/**
 * The key that marks a profile as written by `login`. Its value has the account and the id of the session's key, so that `logout` does not
 * take another tool's later session for ours. The AWS CLI and SDKs ignore keys that they don't know.
 */
const mark = "mfa_admin_login";
/** The key for the expiration, as other tools name it. */
const expiry = "x_security_token_expires";
/** The key that marks the profile's region as written by `login`, not chosen by the user. */
const regionMark = "mfa_admin_region";

/** A profile holds something other than a login. */
export class TakenProfile extends Failure {
  constructor(message: string) {
    super(message, "Choose another with --profile.");
  }
}

/**
 * Refuses profiles that hold something else or cannot be written, before a code is spent on them.
 *
 * @param accountOf the account whose session a profile is to get, where it is known already
 * @param isLive asks AWS whether it still accepts a session
 * @throws TakenProfile
 */
export async function ensureFreeProfiles(
  profiles: string[],
  accountOf: (profile: string) => string | undefined = () => undefined,
  isLive = async (session: Credentials): Promise<boolean> => (await sessionInAws(session, 0)).live !== false,
): Promise<void> {
  profiles.forEach(requireProfileName);
  const files = await readAwsFiles();
  for (const profile of profiles) {
    const shared = sharedBy(files, profile);
    if (isLongTerm(credentialsIn(files.credentials, profile))) {
      throw new TakenProfile(`The profile ${profile} holds an access key, which would be lost.`);
    }
    const others = await othersSession(files.credentials, profile, isLive);
    if (others !== undefined) {
      throw new TakenProfile(`The profile ${profile} holds a session of another tool${others}, which would be lost.`);
    }
    if (shared !== undefined && shared === accountOf(profile)) continue;
    if (shared !== undefined) {
      throw new TakenProfile(
        `The profile ${profile} is that of the account ${shared}, which a login there would hide.`,
      );
    }
    const other = otherSource(files, profile) ?? hiddenKey(files, profile);
    if (other !== undefined) throw new TakenProfile(`The profile ${profile} ${other}.`);
  }
  const sessions = Object.fromEntries(
    profiles.map((profile) => [profile, { ...emptySession, account: accountOf(profile) ?? "none" }]),
  );
  await ensureEditable("credentials", (text, ini) => withSessions(text, ini, files.config, sessions));
}

/**
 * Writes sessions into their profiles, all at once. Profiles without a region get one, since the AWS CLI does nothing without. A profile
 * whose `credential_process` shares the remembered session gets none: a session that a login has written there before would hide it, and is
 * removed.
 */
export async function writeProfiles(sessions: Record<string, Session>): Promise<void> {
  const config = await readAwsFile("config");
  await editAwsFile("credentials", (text, ini) => withSessions(text, ini, config, sessions));
}

/** The profiles that `login` has written, in the file's order, without those that somebody has overwritten since. */
export async function loginProfiles(): Promise<LoginProfile[]> {
  const credentials = await readAwsFile("credentials");
  return headingsIn(credentials).flatMap((profile) => {
    const values = ownValuesIn(credentials, profile);
    const [account] = (values.get(mark) ?? "").split(" ");
    if (!account || !isLoginProfile(credentials, profile)) return [];
    return [{ profile, account, expires: values.get(expiry) ?? "" }];
  });
}

/** The session in a profile; its missing parts are empty. */
export async function sessionIn(
  profile: string,
): Promise<Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken">> {
  const found = credentialsIn(await readAwsFile("credentials"), profile);
  const { accessKeyId = "", secretAccessKey = "", sessionToken = "" } = found;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Removes the keys that `login` has written. A profile's other keys stay, as does a long-term key that has replaced the session. */
export async function removeLogins(): Promise<void> {
  await editAwsFile("credentials", (text, ini) =>
    headingsIn(ini)
      .filter((profile) => ownValuesIn(ini, profile).has(mark))
      .reduce((before, profile) => editSection(before, profile, without(removedKeys(ini, profile))), text),
  );
}

/** The keys that `login` has written; a session token left beside a long-term key would make that key useless. */
function removedKeys(credentials: Ini, profile: string): string[] {
  const marks = [expiry, mark, ...writtenRegion(credentials, profile)];
  if (isLoginProfile(credentials, profile)) return [...credentialKeys, ...marks];
  const isConfiguredOver = isLongTerm(credentialsIn(credentials, profile));
  return isConfiguredOver ? ["aws_session_token", "aws_security_token", ...marks] : marks;
}

/** Whether the session in a profile is the one that `login` has written. Earlier versions did not note the key's id. */
function isLoginProfile(credentials: Ini, profile: string): boolean {
  const found = credentialsIn(credentials, profile);
  const [, id = found.accessKeyId] = (ownValuesIn(credentials, profile).get(mark) ?? "").split(" ");
  return found.sessionToken !== undefined && !isLongTerm(found) && found.accessKeyId === id;
}

/** Other tools' names of the expiration (aws-mfa, saml2aws, awsume, gimme-aws-creds). */
const expiries = [expiry, "aws_expiration", "aws_session_expiration", "expiration"];

/** A note on another tool's session; undefined where there is none, or AWS no longer accepts it. */
async function othersSession(
  credentials: Ini,
  profile: string,
  isLive: (session: Credentials) => Promise<boolean>,
): Promise<string | undefined> {
  const values = ownValuesIn(credentials, profile);
  const { accessKeyId = "", secretAccessKey = "", sessionToken } = credentialsIn(credentials, profile);
  const isLogin = values.has(mark) && isLoginProfile(credentials, profile);
  if (isLogin || sessionToken === undefined) return undefined;
  const until = expiries.map((key) => values.get(key) ?? "").find((time) => Date.parse(time) > Date.now());
  if (until !== undefined) return ` until ${until}`;
  // AWS is asked even if the file names an expiration: some tools write it in another time zone, and others none.
  const isComplete = accessKeyId !== "" && secretAccessKey !== "";
  return isComplete && (await isLive({ accessKeyId, secretAccessKey, sessionToken }))
    ? " that AWS still takes"
    : undefined;
}

/** The account whose remembered session a profile shares. */
function sharedBy(files: Files, profile: string): string | undefined {
  return sharedAccount(profileValues(files, profile)?.get("credential_process"));
}

type Files = Awaited<ReturnType<typeof readAwsFiles>>;
type Written = Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken" | "expires" | "account" | "region">;
const emptySession = { accessKeyId: "", secretAccessKey: "", sessionToken: "", expires: "" };

function withSessions(text: string, credentials: Ini, config: Ini, sessions: Record<string, Written>): string {
  const files = { config, credentials };
  const opened = Object.values(sessions).map(({ account }) => account);
  const hiding = headingsIn(credentials).filter((profile) => hidesShared(files, profile, opened));
  const cleared = hiding.reduce(
    (before, profile) => editSection(before, profile, without(removedKeys(credentials, profile))),
    text,
  );
  return Object.entries(sessions).reduce((before, [profile, session]) => {
    const { accessKeyId, secretAccessKey, sessionToken, expires, account } = session;
    if (sharedBy(files, profile) === account) return before;
    return editSection(before, profile, {
      ...without([...credentialKeys, ...expiries, ...writtenRegion(credentials, profile)]),
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      aws_session_token: sessionToken,
      // `[DEFAULT]` gives every profile this key, which the AWS CLI prefers to the other.
      ...(inheritedIn(credentials).has("aws_security_token") && { aws_security_token: sessionToken }),
      ...regionKeys(files, profile, session),
      [expiry]: expires,
      [mark]: `${account} ${accessKeyId}`.trim(),
    });
  }, cleared);
}

/** Whether a profile that shares the remembered session holds a written login that would hide a newer, or the only, session. */
function hidesShared(files: Files, profile: string, opened: string[]): boolean {
  const shared = sharedBy(files, profile);
  const values = ownValuesIn(files.credentials, profile);
  const [account = ""] = (values.get(mark) ?? "").split(" ");
  if (shared === undefined || account === "" || !isLoginProfile(files.credentials, profile)) return false;
  const isOver = !(Date.parse(values.get(expiry) ?? "") > Date.now());
  return isOver || opened.includes(shared) || opened.includes(account);
}

/**
 * The region to write: none where the user has chosen one; else that of the account's own profile, which `enroll` writes, or the default
 * one.
 */
function regionKeys(
  { config, credentials }: Files,
  profile: string,
  { account, region: assigned }: Pick<Session, "account" | "region">,
): Record<string, string> {
  const isWritten = writtenRegion(credentials, profile).includes("region");
  const own = isWritten ? undefined : valuesIn(credentials, profile)?.get("region");
  const regionOf = (name: string): string | undefined => configValues(config, name)?.get("region") || undefined;
  // An empty region in the credentials file takes precedence over the configuration's.
  if (own || (own === undefined && regionOf(profile) !== undefined)) return {};
  const places = [profile, otherProfileName(account), account, "default"];
  const value = places.map(regionOf).find((one) => one !== undefined) ?? assigned ?? region;
  return { region: value, [regionMark]: value };
}

/** The region's keys that `login` has written into a profile; empty when the region is the user's. */
function writtenRegion(credentials: Ini, profile: string): string[] {
  const values = ownValuesIn(credentials, profile);
  const marked = values.get(regionMark);
  if (marked === undefined) return [];
  return marked === values.get("region") ? ["region", regionMark] : [regionMark];
}

function without(keys: string[]): Record<string, undefined> {
  return Object.fromEntries(keys.map((key) => [key, undefined]));
}
