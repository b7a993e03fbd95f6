import * as pulumi from "@pulumi/pulumi";

import { settingsInForce } from "./access-ends.ts";
import { readPolicyFiles } from "./policy-files.ts";
import { parseSettings, settingsKeys, type Settings } from "./settings.ts";

/**
 * The stack's configuration, validated, without the access that is over by now. An error names every key that is wrong.
 *
 * @param directory the project's
 */
export function settingsFromConfiguration(directory = pulumi.getRootDirectory()): Settings {
  const configuration = new pulumi.Config("mfa-admin");
  const values: Record<string, unknown> = {};
  for (const key of settingsKeys) {
    const text = configuration.get(key);
    if (text !== undefined) values[key] = texts.has(key) ? text : parseValue(text);
  }
  const result = parseSettings(values);
  if (result.success) return settingsInForce(withPolicies(result.data, directory), Date.now());
  throw new pulumi.RunError(
    result.error.issues.map(({ path, message }) => `mfa-admin:${path.join(".")}: ${message}`).join("\n"),
  );
}

/** The same with what the files of the organization's own policies say. */
function withPolicies(settings: Settings, directory: string): Settings {
  if (settings.serviceControlPolicies.length === 0) return settings;
  const { policies, refused } = readPolicyFiles(directory, settings.serviceControlPolicies);
  if (refused.length === 0) return { ...settings, ownPolicies: policies };
  const texts = refused.flatMap(({ file, problems }) =>
    typeof problems === "string"
      ? [`${file}: ${problems}`]
      : problems.map(({ line, message }) => `${file}${line === undefined ? "" : `:${line}`}: ${message}`),
  );
  throw new pulumi.RunError(texts.join("\n"));
}

/** The settings that are texts, also those that look like numbers. */
const texts = new Set([
  ...["authAccount", "accessRole", "rolePrefix", "permissionsBoundary"],
  ...["contact", "region", "accountAlias"],
]);

/** The engine hands texts over as they are, nothing as "", and the rest as JSON. */
function parseValue(text: string): unknown {
  if (text === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (hasPrototypeKey(value)) throw new pulumi.RunError("mfa-admin: no name may be __proto__");
  return value;
}

/** Objects lose such a key on the way, and the person with it. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}
