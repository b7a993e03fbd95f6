import { isDeepStrictEqual } from "node:util";

import { parse, stringify } from "yaml";

import { isServer } from "../project/server.ts";

/** What Pulumi notes in `Pulumi.<stack>.yaml` of how the stack's secrets are kept. No secret is among it. */
interface SecretsKeys {
  secretsprovider?: string;
  encryptedkey?: string;
  encryptionsalt?: string;
}

const names = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** What a settings file says of it. */
export function secretsIn(text: string): SecretsKeys {
  const content = (parse(text) ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    names.flatMap((name) => (typeof content[name] === "string" ? [[name, content[name]]] : [])),
  );
}

/**
 * What keeps a stack's secrets: "passphrase", "service" for the server that keeps its state, or the address of a key. A server
 * keeps them itself unless the stack says otherwise (Pulumi Docs, "Secrets").
 */
export function secretsProviderOf({ secretsprovider, encryptionsalt }: SecretsKeys, backendUrl: string): string {
  return secretsprovider ?? (isServer(backendUrl) && encryptionsalt === undefined ? "service" : "passphrase");
}

/**
 * The text of a settings file with what keeps the secrets in another version of it. Every other line stays as it is to the
 * letter; only where values are sealed in the file, the other version is taken whole, as Pulumi has written it.
 */
export function withSecretsOf(text: string, other: string): string {
  const keys = secretsIn(other);
  if (isDeepStrictEqual(secretsIn(text), keys)) return text;
  return hasSealed(parse(text)) ? other : withSecretsKeys(text, keys);
}

/** mfa-admin itself seals nothing in the settings. */
function hasSealed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "secure" in value || Object.values(value).some(hasSealed);
}

function withSecretsKeys(text: string, keys: SecretsKeys): string {
  const line = /^(?:secretsprovider|encryptedkey|encryptionsalt):.*\n?/gm;
  const at = text.search(line);
  const rest = text.replace(line, "");
  const lines = Object.keys(keys).length > 0 ? stringify(keys, { lineWidth: 0 }) : "";
  if (at >= 0) return rest.slice(0, at) + lines + rest.slice(at);
  const config = Math.max(rest.search(/^config:/m), 0);
  return rest.slice(0, config) + lines + rest.slice(config);
}
