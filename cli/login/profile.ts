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
 * The key by which `logout` knows what `login` has written: the account, and the id of the session's key, so that what another tool
 * puts there later is not taken for ours. The AWS CLI and SDKs pass over keys they don't know.
 */
const mark = "mfa_admin_login";
/** The name that other tools have given this key. */
const expiry = "x_security_token_expires";
/** The key by which it knows that the region beside it is not the user's own choice. */
const regionMark = "mfa_admin_region";

/** A profile holds something else than a login. */
export class TakenProfile extends Failure {
  constructor(message: string) {
    super(message, "Choose another with --profile.");
  }
}

/**
 * Refuses, before a code is spent on them, profiles that hold something else or cannot be written.
 *
 * @param accountOf whose session a profile is to get, where that is known already
 * @param isLive asks AWS whether it still takes a session
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
 * Writes sessions into their profiles, all at once. Those without a region get one, or the AWS CLI would do nothing. A profile that
 * shares what is remembered has the session by that; what a login has written there before, and would hide it, is taken out.
 */
export async function writeProfiles(sessions: Record<string, Session>): Promise<void> {
  const config = await readAwsFile("config");
  await editAwsFile("credentials", (text, ini) => withSessions(text, ini, config, sessions));
}

/** The profiles that `login` has written, in the file's order. What somebody has put in their place since then is not ours. */
export async function loginProfiles(): Promise<LoginProfile[]> {
  const credentials = await readAwsFile("credentials");
  return headingsIn(credentials).flatMap((profile) => {
    const values = ownValuesIn(credentials, profile);
    const [account] = (values.get(mark) ?? "").split(" ");
    if (!account || !isLoginProfile(credentials, profile)) return [];
    return [{ profile, account, expires: values.get(expiry) ?? "" }];
  });
}

/** The session that a profile holds; empty texts where a part of it is missing. */
export async function sessionIn(
  profile: string,
): Promise<Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken">> {
  const found = credentialsIn(await readAwsFile("credentials"), profile);
  const { accessKeyId = "", secretAccessKey = "", sessionToken = "" } = found;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Takes out what `login` has written, and leaves what else a profile has; a long-term key that stands there now stays. */
export async function removeLogins(): Promise<void> {
  await editAwsFile("credentials", (text, ini) =>
    headingsIn(ini)
      .filter((profile) => ownValuesIn(ini, profile).has(mark))
      .reduce((before, profile) => editSection(before, profile, without(removedKeys(ini, profile))), text),
  );
}

/** The keys of what is not the user's own; a token that was left beside a long-term key would make that useless. */
function removedKeys(credentials: Ini, profile: string): string[] {
  const marks = [expiry, mark, ...writtenRegion(credentials, profile)];
  if (isLoginProfile(credentials, profile)) return [...credentialKeys, ...marks];
  const isConfiguredOver = isLongTerm(credentialsIn(credentials, profile));
  return isConfiguredOver ? ["aws_session_token", "aws_security_token", ...marks] : marks;
}

/** Whether the session in a profile is the one that `login` has written; earlier versions did not note which. */
function isLoginProfile(credentials: Ini, profile: string): boolean {
  const found = credentialsIn(credentials, profile);
  const [, id = found.accessKeyId] = (ownValuesIn(credentials, profile).get(mark) ?? "").split(" ");
  return found.sessionToken !== undefined && !isLongTerm(found) && found.accessKeyId === id;
}

/** What other tools call the time at which their session is over (aws-mfa, saml2aws, awsume, gimme-aws-creds). */
const expiries = [expiry, "aws_expiration", "aws_session_expiration", "expiration"];

/** What is to be said of a session of another tool; nothing where there is none, or AWS does not take it any more. */
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
  // Whatever the file says: some tools write the time of another time zone, and others none.
  const isComplete = accessKeyId !== "" && secretAccessKey !== "";
  return isComplete && (await isLive({ accessKeyId, secretAccessKey, sessionToken }))
    ? " that AWS still takes"
    : undefined;
}

/** The account whose sessions a profile shares. */
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
      // Every profile of the file has it, and the AWS CLI takes it before the other.
      ...(inheritedIn(credentials).has("aws_security_token") && { aws_security_token: sessionToken }),
      ...regionKeys(files, profile, session),
      [expiry]: expires,
      [mark]: `${account} ${accessKeyId}`.trim(),
    });
  }, cleared);
}

/** Whether a login of ours stands in a profile that shares what is remembered, which is newer, or all that there is. */
function hidesShared(files: Files, profile: string, opened: string[]): boolean {
  const shared = sharedBy(files, profile);
  const values = ownValuesIn(files.credentials, profile);
  const [account = ""] = (values.get(mark) ?? "").split(" ");
  if (shared === undefined || account === "" || !isLoginProfile(files.credentials, profile)) return false;
  const isOver = !(Date.parse(values.get(expiry) ?? "") > Date.now());
  return isOver || opened.includes(shared) || opened.includes(account);
}

/** The user's own region stays; else the region of the account's own profile, which `enroll` writes, or the default one. */
function regionKeys(
  { config, credentials }: Files,
  profile: string,
  { account, region: assigned }: Pick<Session, "account" | "region">,
): Record<string, string> {
  const isWritten = writtenRegion(credentials, profile).includes("region");
  const own = isWritten ? undefined : valuesIn(credentials, profile)?.get("region");
  const regionOf = (name: string): string | undefined => configValues(config, name)?.get("region") || undefined;
  // An empty one in the credentials file comes before that of the configuration.
  if (own || (own === undefined && regionOf(profile) !== undefined)) return {};
  const places = [profile, otherProfileName(account), account, "default"];
  const value = places.map(regionOf).find((one) => one !== undefined) ?? assigned ?? region;
  return { region: value, [regionMark]: value };
}

/** The keys of a region that `login` has written into a profile; none when the region is the user's. */
function writtenRegion(credentials: Ini, profile: string): string[] {
  const values = ownValuesIn(credentials, profile);
  const marked = values.get(regionMark);
  if (marked === undefined) return [];
  return marked === values.get("region") ? ["region", regionMark] : [regionMark];
}

function without(keys: string[]): Record<string, undefined> {
  return Object.fromEntries(keys.map((key) => [key, undefined]));
}
