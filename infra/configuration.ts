import * as pulumi from "@pulumi/pulumi";

import { settingsInForce } from "./access-ends.ts";
import { readPolicyFiles } from "./policy-files.ts";
import { parseSettings, settingsKeys, type Settings } from "./settings.ts";

/**
 * The stack's configuration, validated, without access that has ended by now.
 *
 * @param directory the project's directory
 * @throws Error that names every key that is wrong
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

/** Adds the content of the policy files that the settings name. */
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

/** Settings that are always text, even if they look like numbers. */
const texts = new Set([
  ...["authAccount", "accessRole", "rolePrefix", "permissionsBoundary"],
  ...["contact", "region", "accountAlias"],
]);

/** The engine passes text as it is, null as "", and everything else as JSON. */
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

/** Assigning a key `__proto__` to an object drops it, and with it the developer of that name. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}
