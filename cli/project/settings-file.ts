import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";

import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";

import { innerKeys, parseSettings, settingsKeys, type Settings } from "../../infra/settings.ts";
import { closest } from "../closest.ts";
import { Failure, FileFailure } from "../failure.ts";
import { requireNoOtherSettings } from "./other-configuration.ts";
import { type RosterEntry, withDevelopers, withoutDevelopers } from "./roster-text.ts";
import { parseYamlFile } from "./yaml-file.ts";
import { differentReadings } from "./yaml-readings.ts";

/** The namespace of the keys in `Pulumi.<stack>.yaml`. */
const namespace = "mfa-admin:";

/**
 * `Pulumi.<stack>.yaml`: the roster and the other settings, in the place where Pulumi looks for them. Edits keep comments
 * and order, and reach the disk whole or not at all.
 */
export class SettingsFile {
  readonly path: string;
  readonly settings: Settings;
  private readonly text: string;

  private constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.settings = validate(path, text);
  }

  /** @throws FileFailure naming the key and the line of what is wrong */
  static async read(path: string): Promise<SettingsFile> {
    await requireNoOtherSettings(path);
    return new SettingsFile(path, await readFile(path, "utf8"));
  }

  /** The same from a text that is not on the disk, such as an earlier one. */
  static parse(path: string, text: string): SettingsFile {
    return new SettingsFile(path, text);
  }

  /** The same file with developers added, not yet written. */
  withDevelopers(entries: Record<string, RosterEntry>): SettingsFile {
    return new SettingsFile(this.path, withDevelopers(this.text, entries));
  }

  /** The same file without these developers, not yet written. */
  withoutDevelopers(names: string[]): SettingsFile {
    return new SettingsFile(this.path, withoutDevelopers(this.text, names));
  }

  /** Whether the two have the very same text. */
  isSame(other: SettingsFile): boolean {
    return this.text === other.text;
  }

  /** The line of a key below `mfa-admin:`, or of the nearest one above it that is there. */
  lineOf(keys: string[]): number | undefined {
    const lines = new LineCounter();
    return lineOf(parseDocument(this.text, { lineCounter: lines }), lines, keys);
  }

  /** Written beside and renamed: a crash in the middle leaves the old file. */
  async write(): Promise<void> {
    await writeFileAtomic(this.path, this.text);
  }
}

function validate(path: string, text: string): Settings {
  const { document, lines, content } = parseYamlFile(path, text);
  const unclear = differentReadings(document, text, lines, namespace, settingsKeys);
  if (unclear.length > 0) throw new FileFailure(path, unclear);
  const values = Object.fromEntries(
    Object.entries(configurationIn(content)).flatMap(([key, value]) =>
      key.startsWith(namespace) ? [[key.slice(namespace.length), value]] : [],
    ),
  );
  const result = parseSettings(values);
  if (result.success) return result.data;
  throw new FileFailure(
    path,
    result.error.issues.flatMap((issue) => {
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : undefined;
      return (unknown?.map((key) => [...issue.path, key]) ?? [issue.path]).map((keys) => ({
        line: lineOf(document, lines, keys),
        message: `${namespace}${keys.map(String).join(".")}: ${issue.message}${unknown ? suggestion(keys) : ""}`,
      }));
    }),
  );
}

/** What is below `config:`. */
function configurationIn(content: unknown): Record<string, unknown> {
  const { config } = (content ?? {}) as { config?: unknown };
  return typeof config === "object" && config !== null ? (config as Record<string, unknown>) : {};
}

/** A key of the same place that may have been meant. */
function suggestion(keys: PropertyKey[]): string {
  const [above, key] = [keys.slice(0, -1).map(String), String(keys.at(-1))];
  const meant = closest(key, above[0] === undefined ? settingsKeys : (innerKeys[above[0]] ?? []));
  return meant === undefined ? "" : `; did you mean ${namespace}${[...above, meant].join(".")}?`;
}

/** The line of a key, or of the nearest one above it that is there. */
function lineOf(document: Document, lines: LineCounter, keys: PropertyKey[]): number | undefined {
  const [first, ...rest] = keys.map(String);
  const path = ["config", `${namespace}${first ?? ""}`, ...rest];
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === key);
      const node = pair?.key;
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    } else {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
  }
  return undefined;
}

/** @throws Failure when the settings are no longer those that a run was about to apply */
export function requireSameSettings(now: SettingsFile, before: SettingsFile): void {
  if (isDeepStrictEqual(now.settings, before.settings)) return;
  throw new Failure(
    `${basename(now.path)} has changed while this waited for another run.`,
    "Nothing was changed. Run the command again: it goes by the file as it is now.",
  );
}
