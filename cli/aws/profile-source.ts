import { parseKnownFiles } from "@smithy/shared-ini-file-loader";

/** Where a profile's credentials come from in the end. */
export interface ProfileSource {
  /** The profile that was asked for, then each that `source_profile` leads to. */
  chain: string[];
  /** What the last of them has. */
  kind: "keys" | "sso" | "login" | "process" | "web identity" | "elsewhere" | "missing" | "circle" | "nothing";
  /** Whether one of them asks for an MFA code. */
  wantsCode: boolean;
  /** Whether one of them has credentials in more ways than one: the engine's SDK looks for them in another order. */
  ambiguous: boolean;
  /** Keys of the last one. */
  keys: Record<string, string | undefined>;
  /** The region that the first one names. */
  region: string | undefined;
}

export type Profiles = Record<string, Record<string, string | undefined>>;

/** The profiles of the user's AWS files, as the SDK reads them. */
export async function readProfiles(): Promise<Profiles> {
  // A session that was made by `aws sso login` or `aws login` may be newer than what was read before.
  return parseKnownFiles({ ignoreCache: true });
}

/** Follows a profile to where its credentials are, in the order in which the SDK looks. */
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
    // The keys of a profile that another one starts from come before its own role.
    if (isStatic(keys) && (chain.length > 1 || keys["role_arn"] === undefined)) return end("keys");
    const { role_arn: role, source_profile: source, credential_source: elsewhere } = keys;
    if (role !== undefined && (source !== undefined || elsewhere !== undefined)) {
      wantsCode ||= keys["mfa_serial"] !== undefined;
      if (source === undefined) return end("elsewhere");
      // A profile may start from its own keys.
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
