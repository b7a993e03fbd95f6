import { readFile } from "node:fs/promises";

import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument, type YAMLParseError } from "yaml";

import { parseSettings, settingsKeys, type Settings } from "../../infra/settings.ts";
import { closest } from "../closest.ts";
import { FileFailure, type Problem } from "../failure.ts";
import { type RosterEntry, withDevelopers, withoutDevelopers } from "./roster-text.ts";

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const refuse = (problems: Problem[]): never => {
    throw new FileFailure(path, problems);
  };
  if (document.errors.length > 0)
    refuse(document.errors.map(({ code, message, pos }) => syntaxProblem({ code, message, pos }, text, lines)));
  let content: Record<string, unknown>;
  try {
    content = configuration(document);
  } catch (error) {
    // An alias without its anchor comes up only now.
    return refuse([{ line: undefined, message: `this is not valid YAML: ${(error as Error).message}` }]);
  }
  const values = Object.fromEntries(
    Object.entries(content).flatMap(([key, value]) =>
      key.startsWith(namespace) ? [[key.slice(namespace.length), value]] : [],
    ),
  );
  const result = parseSettings(values);
  if (result.success) return result.data;
  return refuse(
    result.error.issues.flatMap((issue) => {
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : undefined;
      return (unknown?.map((key) => [...issue.path, key]) ?? [issue.path]).map((keys) => ({
        line: lineOf(document, lines, keys),
        message: `${namespace}${keys.map(String).join(".")}: ${issue.message}${unknown ? suggestion(keys) : ""}`,
      }));
    }),
  );
}

type SyntaxFault = Pick<YAMLParseError, "code" | "message" | "pos">;

function syntaxProblem({ code, message, pos: [start, end] }: SyntaxFault, text: string, lines: LineCounter): Problem {
  const [summary = message] = message.replace(/ at line \d+, column \d+:/, "").split("\n");
  const key = /^["']?([^"':]*)/.exec(text.slice(start, Math.max(end, start + 64)))?.[1] ?? "";
  return {
    line: lines.linePos(start).line,
    message: code === "DUPLICATE_KEY" ? `"${key}" is there twice` : `this is not valid YAML: ${summary}`,
  };
}

/** What is below `config:`. */
function configuration(document: Document): Record<string, unknown> {
  const config: unknown = document.get("config", true);
  return isMap(config) ? (config.toJS(document) as Record<string, unknown>) : {};
}

/** A key of the top level that may have been meant. */
function suggestion(keys: PropertyKey[]): string {
  const meant = keys.length === 1 ? closest(String(keys[0]), settingsKeys) : undefined;
  return meant === undefined ? "" : `; did you mean ${namespace}${meant}?`;
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
