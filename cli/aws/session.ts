import { region } from "../../infra/region.ts";
import { Failure } from "../failure.ts";
import type { ProfileSource } from "./profile-source.ts";

let opened: Promise<void> | undefined;

/**
 * Makes sure, once for the whole process, that the credentials that the environment or the user's AWS files name can be had: the
 * SDK would pass over a profile that is broken, and take whatever comes after it, such as the role of the machine. A session that
 * needs a code, or that the engine's plugin cannot open by itself, is handed over to both by the environment.
 *
 * @throws Failure that says what is wrong with them
 */
export function openSession(): Promise<void> {
  return (opened ??= open());
}

/** Whether anything names credentials, right or wrong: a pull request from a fork has nothing that does. */
export async function namesCredentials(): Promise<boolean> {
  if (environmentNames.some((name) => isSet(name))) return true;
  const { readProfiles, sourceOf } = await import("./profile-source.ts");
  return !hasNone(sourceOf(await readProfiles(), "default"));
}

/** What names credentials by itself. A CI hands over what it must not know as an empty text. */
const environmentNames = [
  "AWS_PROFILE",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

const isSet = (name: string): boolean => Boolean(process.env[name]);

async function open(): Promise<void> {
  const profile = process.env["AWS_PROFILE"] || undefined;
  if (profile === undefined && environmentHasKeys()) return;
  const [{ readProfiles, sourceOf }, { emptyProfile, missingProfile }] = await Promise.all([
    import("./profile-source.ts"),
    import("./profile-failure.ts"),
  ]);
  const profiles = await readProfiles();
  const source = sourceOf(profiles, profile ?? "default");
  // What comes after the profiles, such as a container's role, is the SDK's business.
  if (profile === undefined && hasNone(source)) return;
  if (source.kind === "missing") throw missingProfile(source, profiles);
  if (source.kind === "nothing") throw emptyProfile(source);
  if (source.kind === "keys" && source.chain.length === 1 && !source.wantsCode) return;
  await resolve(source);
}

/** @throws Failure where there is only the half of a pair: what the SDK takes instead is somebody else's */
function environmentHasKeys(): boolean {
  const [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  if (isSet(id) !== isSet(secret)) {
    const [there, missing] = isSet(id) ? [id, secret] : [secret, id];
    throw new Failure(`${there} is set, but ${missing} is not.`, `Set both, or unset ${there}.`);
  }
  return isSet(id);
}

/** Whether the default profile says nothing of credentials; one that has a part of them is broken. */
function hasNone({ kind, chain, keys }: ProfileSource): boolean {
  if (chain.length > 1) return false;
  if (kind === "missing") return true;
  return (
    kind === "nothing" && !Object.keys(keys).some((key) => /^(aws_access_key|aws_secret|role_arn|source_)/i.test(key))
  );
}

async function resolve(source: ProfileSource): Promise<void> {
  const [profile = ""] = source.chain;
  const [{ fromIni }, { profileFailure }] = await Promise.all([
    import("@aws-sdk/credential-providers"),
    import("./profile-failure.ts"),
  ]);
  for (;;) {
    try {
      const mfaCodeProvider = (device: string): Promise<string> => askCode(profile, device);
      const session = await fromIni({ profile, mfaCodeProvider, clientConfig: { region }, ignoreCache: true })();
      // The plugin's SDK asks for no code, and knows nothing of `aws login`.
      if (source.wantsCode || source.kind === "login") handOver(session, source);
      return;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Failure || error.name === "ExitPromptError") throw error;
      if (!/MultiFactorAuthentication failed/.test(error.message)) throw profileFailure(source, error);
      process.stderr.write(`AWS does not take this code: ${error.message} Wait for the next one.\n`);
    }
  }
}

async function askCode(profile: string, device: string): Promise<string> {
  const { askText, canAsk } = await import("../terminal/ask.ts");
  const { codeWanted } = await import("./profile-failure.ts");
  if (!canAsk()) throw codeWanted(profile);
  const isCode = (value: string): true | string => /^\d{6}$/.test(value.trim()) || "A code has six digits.";
  return (await askText(`Code of ${device}, for the AWS profile "${profile}":`, isCode)).trim();
}

interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** By the environment of this process, which the engine and its plugins are started with. Nothing of it comes into the state. */
function handOver(
  { accessKeyId, secretAccessKey, sessionToken }: Session,
  { region: regionOfProfile }: ProfileSource,
): void {
  delete process.env["AWS_PROFILE"];
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
  if (sessionToken === undefined) delete process.env["AWS_SESSION_TOKEN"];
  else process.env["AWS_SESSION_TOKEN"] = sessionToken;
  if (regionOfProfile !== undefined && !isSet("AWS_REGION")) process.env["AWS_REGION"] = regionOfProfile;
}
