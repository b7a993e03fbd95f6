import { requestHandler } from "../../infra/network.ts";
import { region } from "../../infra/region.ts";
import { Failure, isInterruption } from "../failure.ts";
import type { ProfileSource } from "./profile-source.ts";
import { tell } from "../terminal/tell.ts";

let opened: Promise<void> | undefined;

/**
 * Makes sure, once for the whole process, that the credentials named by the environment or the user's AWS files work. The SDK would
 * skip a broken profile and use the next source, such as the machine's role. A session that needs a code, or that the engine's
 * plugin cannot open by itself, is put into the environment for both.
 *
 * @throws Failure that tells what is wrong with the credentials
 */
export function openSession(): Promise<void> {
  return (opened ??= open());
}

/** Whether the environment or the AWS files name credentials, valid or not: a job for a pull request from a fork has none. */
export async function namesCredentials(): Promise<boolean> {
  if (environmentNames.some((name) => isSet(name))) return true;
  const { readProfiles, sourceOf } = await import("./profile-source.ts");
  return !hasNone(sourceOf(await readProfiles(), "default"));
}

/**
 * Whether a session opens without asking the user anything: access keys do, and roles that are assumed by them without a code. A
 * `credential_process` or a browser may ask.
 */
export async function opensSilently(): Promise<boolean> {
  const profile = process.env["AWS_PROFILE"];
  if (!profile && isSet("AWS_ACCESS_KEY_ID")) return true;
  const { readProfiles, sourceOf } = await import("./profile-source.ts");
  const named = profile || process.env["AWS_DEFAULT_PROFILE"] || "default";
  const { kind, wantsCode } = sourceOf(await readProfiles(), named);
  return kind === "keys" && !wantsCode;
}

/** Variables that name credentials. A CI sets one to an empty text where the job may not have its secret. */
const environmentNames = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

const isSet = (name: string): boolean => Boolean(process.env[name]);

async function open(): Promise<void> {
  const { requireReadableFiles } = await import("./readable-files.ts");
  // The engine's SDK reads the files whichever credentials it uses in the end.
  await requireReadableFiles();
  const variable = chooseVariable();
  if (variable === "keys") return;
  const [{ readProfiles, sourceOf }, { circleOfProfiles, emptyProfile, missingProfile }] = await Promise.all([
    import("./profile-source.ts"),
    import("./profile-failure.ts"),
  ]);
  const profile = process.env["AWS_PROFILE"] || undefined;
  const profiles = await readProfiles();
  const source = sourceOf(profiles, profile ?? "default");
  if (profile === undefined) {
    // Sources after the profiles, such as a container's role, are left to the SDK.
    if (hasNone(source)) return;
    if (isSet("AWS_WEB_IDENTITY_TOKEN_FILE")) return takeWebIdentity(source);
  }
  if (source.kind === "missing") throw missingProfile(source, profiles, variable);
  if (source.kind === "circle") throw circleOfProfiles(source);
  if (source.kind === "nothing") throw emptyProfile(source);
  if (source.kind !== "elsewhere") forgetKeys();
  if (source.kind === "keys" && source.chain.length === 1 && !source.wantsCode) return;
  await resolve(source);
}

/**
 * The variable that names the credentials, in one order for this SDK and the engine's, whose own orders differ: `AWS_PROFILE`,
 * keys in the environment, `AWS_DEFAULT_PROFILE` (the engine's SDK alone knows it, before keys; the AWS CLI takes keys first).
 */
function chooseVariable(): "AWS_PROFILE" | "keys" | "AWS_DEFAULT_PROFILE" {
  const other = process.env["AWS_DEFAULT_PROFILE"];
  delete process.env["AWS_DEFAULT_PROFILE"];
  if (isSet("AWS_PROFILE")) return "AWS_PROFILE";
  if (environmentHasKeys()) return "keys";
  if (!other) return "AWS_PROFILE";
  process.env["AWS_PROFILE"] = other;
  return "AWS_DEFAULT_PROFILE";
}

/** Takes the web identity: the engine's SDK and the AWS CLI prefer it to the default profile, this SDK prefers the profile. */
async function takeWebIdentity(source: ProfileSource): Promise<void> {
  const { fromTokenFile } = await import("@aws-sdk/credential-providers");
  handOver(await fromTokenFile({ clientConfig: { region, requestHandler: requestHandler() } })(), source);
}

/** Unsets the environment's access keys where a profile is used: with both, the SDK prints a warning over several lines. */
function forgetKeys(): void {
  for (const name of keyNames) Reflect.deleteProperty(process.env, name);
}

const keyNames = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"];

/** @throws Failure where only one half of the key pair is set: the SDK would use other credentials instead */
function environmentHasKeys(): boolean {
  const [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  if (isSet(id) !== isSet(secret)) {
    const [there, missing] = isSet(id) ? [id, secret] : [secret, id];
    throw new Failure(`${there} is set, but ${missing} is not.`, `Set both, or unset ${there}.`);
  }
  return isSet(id);
}

/** Whether the default profile names no credentials at all; a profile with a part of them is broken. */
function hasNone({ kind, chain, keys }: ProfileSource): boolean {
  if (chain.length > 1) return false;
  if (kind === "missing") return true;
  return (
    kind === "nothing" && !Object.keys(keys).some((key) => /^(aws_access_key|aws_secret|role_arn|source_)/i.test(key))
  );
}

async function resolve(source: ProfileSource): Promise<void> {
  const [profile = ""] = source.chain;
  const [{ fromIni }, { noteCallerSession }, { profileFailure }] = await Promise.all([
    import("@aws-sdk/credential-providers"),
    import("../../infra/caller.ts"),
    import("./profile-failure.ts"),
  ]);
  for (;;) {
    try {
      const mfaCodeProvider = (device: string): Promise<string> => askProfileCode(profile, device);
      // A region in it would be IAM Identity Center's, too, which has its own in the profile.
      const clientConfig = { requestHandler: requestHandler() };
      const open = fromIni({ profile, mfaCodeProvider, clientConfig, ignoreCache: true });
      const session = await open({ callerClientConfig: { region: () => Promise.resolve(region) } });
      // The plugin's SDK can't ask for a code, and does not support `aws login`.
      const isOneSided = source.wantsCode || source.ambiguous || source.kind === "login";
      if (isOneSided || (source.kind === "elsewhere" && isSet("AWS_ACCESS_KEY_ID"))) handOver(session, source);
      else noteCallerSession(session);
      return;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Failure || isInterruption(error)) throw error;
      if (!/MultiFactorAuthentication failed/.test(error.message)) throw profileFailure(source, error);
      tell(`AWS does not take this code: ${error.message} Wait for the next one.`);
    }
  }
}

async function askProfileCode(profile: string, device: string): Promise<string> {
  const { askText, canAsk } = await import("../terminal/ask.ts");
  const { codeWanted } = await import("./profile-failure.ts");
  if (!canAsk()) throw codeWanted(profile);
  const isCode = (value: string): true | string => /^\d{6}$/.test(value.trim()) || "A code has six digits.";
  return (await askText(`Code of ${device}, for the AWS profile "${profile}":`, isCode)).trim();
}

interface HandedSession {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Puts a session into this process's environment, with which the engine and its plugins are started. It never enters the state. */
function handOver(
  { accessKeyId, secretAccessKey, sessionToken }: HandedSession,
  { region: regionOfProfile }: ProfileSource,
): void {
  forgetKeys();
  delete process.env["AWS_PROFILE"];
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
  if (sessionToken !== undefined) process.env["AWS_SESSION_TOKEN"] = sessionToken;
  if (regionOfProfile !== undefined && !isSet("AWS_REGION")) process.env["AWS_REGION"] = regionOfProfile;
}
