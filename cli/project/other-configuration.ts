import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { isAlias, isMap, isScalar, type Scalar } from "yaml";

import { settingsKeys } from "../../infra/settings.ts";
import { Failure, FileFailure, type FileProblem } from "../failure.ts";
import { parseYamlFile } from "./yaml-file.ts";

/**
 * Refuses settings outside of `Pulumi.<stack>.yaml`. The engine also reads settings from `Pulumi.yaml`, and that file can move the stack's
 * settings to another directory (Pulumi Docs, "Pulumi project file reference": config, stackConfigDir). The CLI would then use other
 * settings than the engine.
 *
 * @param settingsFile the path of `Pulumi.<stack>.yaml`
 * @throws FileFailure naming the key and the line
 */
export async function requireNoOtherSettings(settingsFile: string): Promise<void> {
  const directory = dirname(settingsFile);
  const inJson = join(directory, "Pulumi.json");
  if (existsSync(inJson)) {
    throw new Failure(
      `${inJson} stands beside Pulumi.yaml, and the engine would go by it alone.`,
      "Nothing was changed. Keep one of the two: Pulumi.yaml.",
    );
  }
  const path = join(directory, "Pulumi.yaml");
  if (!existsSync(path)) return;
  const problems = otherSettings(path, await readFile(path, "utf8"), basename(settingsFile));
  if (problems.length > 0) throw new FileFailure(path, problems);
}

function otherSettings(path: string, text: string, settingsFile: string): FileProblem[] {
  const { document, lines } = parseYamlFile(path, text);
  const problems: FileProblem[] = [];
  const refuse = (node: Scalar, name: string, message: string): void => {
    problems.push({ line: lines.linePos(node.range?.[0] ?? 0).line, message: `${name}: ${message}` });
  };
  for (const [key, value] of entriesOf(document.contents)) {
    const name = String(key.value);
    const config = isAlias(value) ? value.resolve(document) : value;
    if (name === "<<") refuse(key, name, "write out what is merged here");
    // A text in `config` names that directory, too, as in older versions of Pulumi.
    if (name === "stackConfigDir" || (name === "config" && isScalar(config) && config.value !== null)) {
      refuse(key, name, `the engine would look for ${settingsFile} there; take it out`);
    }
    if (name !== "config") continue;
    for (const [setting] of entriesOf(config)) {
      const inner = String(setting.value);
      if (inner === "<<") refuse(setting, `config.${inner}`, "write out what is merged here");
      if (!isSetting(inner)) continue;
      refuse(setting, `config.${inner}`, `the engine would take this for every stack; write it in ${settingsFile}`);
    }
  }
  return problems;
}

/** Whether a key is a setting, with the namespace or without: the engine adds the project's name. */
function isSetting(key: string): boolean {
  return key.startsWith("mfa-admin:") || settingsKeys.includes(key);
}

function entriesOf(node: unknown): [key: Scalar, value: unknown][] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }): [Scalar, unknown][] => (isScalar(key) ? [[key, value]] : []));
}
