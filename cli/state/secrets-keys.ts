import { isDeepStrictEqual } from "node:util";

import { parse, stringify } from "yaml";

import { isServer } from "../project/server.ts";

/** The keys in `Pulumi.<stack>.yaml` by which Pulumi notes the stack's secrets provider. None of them is a secret. */
interface SecretsKeys {
  secretsprovider?: string;
  encryptedkey?: string;
  encryptionsalt?: string;
}

const names = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** The lines below `config:`. They have none of the keys, and a roster of hundreds takes long to parse. */
const belowConfig = /^(config:[ \t]*\r?\n)(?:(?:[ \t#].*)?\r?\n)*/m;

/** The secrets keys in the text of a settings file. */
export function secretsIn(text: string): SecretsKeys {
  const content = (parse(text.replace(belowConfig, "$1")) ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    names.flatMap((name) => (typeof content[name] === "string" ? [[name, content[name]]] : [])),
  );
}

/**
 * A stack's secrets provider: "passphrase", "service" for the server that keeps its state, or the URL of a key. A server keeps the secrets
 * itself unless the stack names another provider (Pulumi Docs, "Secrets").
 */
export function secretsProviderOf({ secretsprovider, encryptionsalt }: SecretsKeys, backendUrl: string): string {
  return secretsprovider ?? (isServer(backendUrl) && encryptionsalt === undefined ? "service" : "passphrase");
}

/**
 * The text of a settings file with the secrets provider of another version of it. Every other line stays unchanged to the letter. Only
 * where the file has encrypted values, the other version is taken as a whole, as Pulumi has written it.
 */
export function withSecretsOf(text: string, other: string): string {
  const keys = secretsIn(other);
  if (isDeepStrictEqual(secretsIn(text), keys)) return text;
  return hasSealed(parse(text)) ? other : withSecretsKeys(text, keys);
}

/** Whether settings have encrypted values; mfa-admin itself writes none. */
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
