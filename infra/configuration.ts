import * as pulumi from "@pulumi/pulumi";

import { parseSettings, settingsKeys, type Settings } from "./settings.ts";

/** The stack's configuration, validated. An error names every key that is wrong. */
export function settingsFromConfiguration(): Settings {
  const configuration = new pulumi.Config("mfa-admin");
  const values: Record<string, unknown> = {};
  for (const key of settingsKeys) {
    const text = configuration.get(key);
    if (text !== undefined) values[key] = parseValue(text);
  }
  const result = parseSettings(values);
  if (result.success) return result.data;
  throw new pulumi.RunError(
    result.error.issues.map(({ path, message }) => `mfa-admin:${path.join(".")}: ${message}`).join("\n"),
  );
}

/** The engine hands texts over as they are, nothing as "", and the rest as JSON; an account id is a text of digits. */
function parseValue(text: string): unknown {
  if (text === "") return null;
  if (/^\d{12}$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
