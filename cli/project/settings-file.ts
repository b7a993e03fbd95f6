import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import writeFileAtomic from "write-file-atomic";
import { LineCounter } from "yaml";

import { settingsInForce } from "../../infra/access-ends.ts";
import { parseSettings, settingsKeys, type Settings } from "../../infra/settings.ts";
import type { OwnPolicy } from "../../infra/own-policies.ts";
import { Failure, FileFailure } from "../failure.ts";
import { requireNoOtherSettings } from "./other-configuration.ts";
import { type RosterEnd, type RosterEntry, withDevelopers, withoutDevelopers, withUntil } from "./roster-text.ts";
import { lineOf, misplaced, namespace } from "./settings-places.ts";
import { problemsOf } from "./settings-problems.ts";
import { parseYamlFile, yamlDocument } from "./yaml-file.ts";
import { differentReadings } from "./yaml-readings.ts";

/**
 * `Pulumi.<stack>.yaml`: the roster and the other settings, where Pulumi looks for them. Edits keep comments and order, and are written to
 * the disk as a whole or not at all.
 */
export class SettingsFile {
  readonly path: string;
  /** The settings as written, with access that has ended. */
  readonly written: Settings;
  /** The settings in force, without access that has ended by now (`until`). */
  readonly settings: Settings;
  private readonly text: string;
  /** The settings as the text has them, without the policies of the files that it names. */
  private readonly parsed: Settings;

  private constructor(path: string, text: string, ownPolicies?: OwnPolicy[], parsed = validate(path, text)) {
    this.path = path;
    this.text = text;
    this.parsed = parsed;
    this.written = ownPolicies === undefined ? parsed : { ...parsed, ownPolicies };
    this.settings = settingsInForce(this.written, Date.now());
  }

  /**
   * Reads the file, and the policy files that it names.
   *
   * @param before the file as it was read before: the same text is not parsed again
   * @throws FileFailure naming the key and the line of what is wrong, also in one of these files
   */
  static async read(path: string, before?: SettingsFile): Promise<SettingsFile> {
    await requireNoOtherSettings(path);
    const text = await readFile(path, "utf8");
    const known = before?.path === path && before.text === text ? before.parsed : undefined;
    const file = new SettingsFile(path, text, undefined, known);
    const { serviceControlPolicies: files } = file.settings;
    if (files.length === 0) return file;
    const { readPolicyFiles } = await import("../../infra/policy-files.ts");
    const { policies, refused } = readPolicyFiles(dirname(path), files);
    const missing = refused.flatMap(({ file: name, index, problems }) => {
      if (typeof problems !== "string") return [];
      const keys = ["serviceControlPolicies", String(index)];
      return [{ line: file.lineOf(keys), message: `${namespace}${keys.join(".")}: ${name}: ${problems}` }];
    });
    if (missing.length > 0) throw new FileFailure(path, missing);
    for (const { file: name, problems } of refused) {
      if (typeof problems !== "string") throw new FileFailure(join(dirname(path), name), problems);
    }
    return new SettingsFile(path, text, policies, file.parsed);
  }

  /** The settings in a text that is not on the disk, such as an earlier version. */
  static parse(path: string, text: string): SettingsFile {
    return new SettingsFile(path, text);
  }

  /** The same file with developers added, not yet written. */
  withDevelopers(entries: Record<string, RosterEntry>): SettingsFile {
    return new SettingsFile(this.path, withDevelopers(this.text, entries), this.settings.ownPolicies);
  }

  /** The same file without these developers, not yet written. */
  withoutDevelopers(names: string[]): SettingsFile {
    return new SettingsFile(this.path, withoutDevelopers(this.text, names), this.settings.ownPolicies);
  }

  /** The same file with another end of somebody's access, not yet written; undefined where the end has to be edited by hand. */
  withUntil(end: RosterEnd): SettingsFile | undefined {
    const text = withUntil(this.text, end);
    return text === undefined ? undefined : new SettingsFile(this.path, text, this.settings.ownPolicies);
  }

  /** Whether the two have the very same text. */
  isSame(other: SettingsFile): boolean {
    return this.text === other.text;
  }

  /** The line of a key below `mfa-admin:`, or of the nearest existing key above it. */
  lineOf(keys: string[]): number | undefined {
    const lines = new LineCounter();
    return lineOf(yamlDocument(this.text, lines), lines, keys);
  }

  /** Writes a new file and renames it: a crash in the middle leaves the old file. */
  async write(): Promise<void> {
    await writeFileAtomic(this.path, this.text);
  }
}

function validate(path: string, text: string): Settings {
  const { document, lines, content } = parseYamlFile(path, text);
  const { problems: unclear, unquoted } = differentReadings(document, text, lines, namespace, settingsKeys);
  const problems = [...misplaced(document, lines), ...unclear];
  if (problems.length > 0) throw new FileFailure(path, problems);
  // Ambiguous values are validated as texts: the schema then shows whether only the quotes are missing.
  for (const { scalar } of unquoted) scalar.value = scalar.source ?? "";
  const { config } = (unquoted.length === 0 ? content : document.toJS()) as { config: Record<string, unknown> };
  const values = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(namespace) ? [[key.slice(namespace.length), value]] : [],
    ),
  );
  const result = parseSettings(values);
  if (result.success && unquoted.length === 0) return result.data;
  throw new FileFailure(path, problemsOf(result.error?.issues ?? [], { unquoted, document, lines }));
}

/** @throws Failure when the settings are no longer those that a run was about to apply */
export function requireSameSettings(now: SettingsFile, before: SettingsFile): void {
  if (isDeepStrictEqual(now.settings, before.settings)) return;
  throw new Failure(
    `${basename(now.path)} has changed while this waited for another run.`,
    "Nothing was changed. Run the command again: it goes by the file as it is now.",
  );
}
