import { parseKnownFiles } from "@smithy/shared-ini-file-loader";

/** The source that a profile's credentials come from in the end. */
export interface ProfileSource {
  /** The profile that was asked for, then each that `source_profile` leads to. */
  chain: string[];
  /** The kind of credentials that the chain's last profile has. */
  kind: "keys" | "sso" | "login" | "process" | "web identity" | "elsewhere" | "missing" | "circle" | "nothing";
  /** Whether a profile of the chain asks for an MFA code. */
  wantsCode: boolean;
  /** Whether a profile of the chain has more than one kind of credentials: the engine's SDK prefers them in another order. */
  ambiguous: boolean;
  /** The chain's last profile: its keys with their values. */
  keys: Record<string, string | undefined>;
  /** The region of the chain's first profile. */
  region: string | undefined;
}

export type Profiles = Record<string, Record<string, string | undefined>>;

/** The profiles of the user's AWS files, as the SDK reads them. */
export async function readProfiles(): Promise<Profiles> {
  // The files may have changed since the SDK cached them, for example by `aws sso login` or `aws login`.
  return parseKnownFiles({ ignoreCache: true });
}

/** Follows a profile to the source of its credentials, in the SDK's order. */
export function sourceOf(profiles: Profiles, profile: string): ProfileSource {
  const chain = [profile];
  let wantsCode = false;
  let ambiguous = false;
  for (;;) {
    const name = chain.at(-1) ?? profile;
    const keys = profiles[name];
    const end = (kind: ProfileSource["kind"]): ProfileSource => ({
      chain,
      kind,
      wantsCode,
      ambiguous,
      keys: keys ?? {},
      region: profiles[profile]?.["region"],
    });
    if (keys === undefined) return end("missing");
    ambiguous ||= waysOf(keys) > 1;
    // In a profile that another one names as source_profile, access keys come before its role_arn.
    if (isStatic(keys) && (chain.length > 1 || keys["role_arn"] === undefined)) return end("keys");
    const { role_arn: role, source_profile: source, credential_source: elsewhere } = keys;
    if (role !== undefined && (source !== undefined || elsewhere !== undefined)) {
      wantsCode ||= keys["mfa_serial"] !== undefined;
      if (source === undefined) return end("elsewhere");
      // A profile may be its own source_profile: its role is then assumed by its own access keys.
      if (source === name) return end(isStatic(keys) ? "keys" : "nothing");
      if (chain.includes(source)) {
        chain.push(source);
        return end("circle");
      }
      chain.push(source);
      continue;
    }
    if (isStatic(keys)) return end("keys");
    if (keys["web_identity_token_file"] !== undefined && role !== undefined) return end("web identity");
    if (keys["credential_process"] !== undefined) return end("process");
    if (["sso_session", "sso_start_url"].some((key) => keys[key] !== undefined)) return end("sso");
    return end(keys["login_session"] === undefined ? "nothing" : "login");
  }
}

function waysOf(keys: Record<string, string | undefined>): number {
  const ways = [["role_arn"], ["credential_process"], ["sso_session", "sso_start_url"], ["login_session"]];
  const named = ways.filter((way) => way.some((key) => keys[key] !== undefined));
  return named.length + (isStatic(keys) ? 1 : 0);
}

function isStatic(keys: Record<string, string | undefined>): boolean {
  return Boolean(keys["aws_access_key_id"]) && Boolean(keys["aws_secret_access_key"]);
}

/** Names of the profiles, without the other sections of the configuration file. */
export function profileNames(profiles: Profiles): string[] {
  return Object.keys(profiles).filter((name) => !/^(sso-session|services)\./.test(name));
}
