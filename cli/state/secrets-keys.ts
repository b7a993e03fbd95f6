import { parse, stringify } from "yaml";

/** What Pulumi notes in `Pulumi.<stack>.yaml` of how the stack's secrets are kept. No secret is among it. */
export interface SecretsKeys {
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

/** The configuration keys whose values are sealed in the settings file itself. */
export function sealedKeysIn(text: string): string[] {
  const { config } = (parse(text) ?? {}) as { config?: Record<string, unknown> | null };
  const isSealed = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("secure" in value || Object.values(value).some(isSealed));
  return Object.entries(config ?? {}).flatMap(([key, value]) => (isSealed(value) ? [key] : []));
}

/** The text of a settings file with other ones. Every other line stays as it is to the letter. */
export function withSecretsKeys(text: string, keys: SecretsKeys): string {
  const line = /^(?:secretsprovider|encryptedkey|encryptionsalt):.*\n?/gm;
  const at = text.search(line);
  const rest = text.replace(line, "");
  const lines = Object.keys(keys).length > 0 ? stringify(keys, { lineWidth: 0 }) : "";
  if (at >= 0) return rest.slice(0, at) + lines + rest.slice(at);
  const config = Math.max(rest.search(/^config:/m), 0);
  return rest.slice(0, config) + lines + rest.slice(config);
}
