import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  type Scalar,
} from "yaml";

import type { FileProblem } from "../failure.ts";

/**
 * Finds values in a settings file that the CLI and the engine would read differently. The CLI reads YAML 1.2. The engine's go-yaml v3 reads
 * 1.1 with amendments: 0712 is 712 for the one and 458 for the other, and a date is a text or a time. A developer's name must not depend on
 * the parser, so such a text has to be quoted.
 */

/** Plain scalars that one of the two parsers does not read as this text. Numbers as JSON writes them are not among them. */
const ambiguous: RegExp[] = [
  // 0712, 1_000, 1e3, +5, 1., .5, and numbers that are too long
  /^[-+]?(?=[\d_.]*\d)(?:\d[\d_]*)?\.?[\d_]*(?:[eE][-+]?[\d_]+)?$/,
  // 0x1F, 0o17, 0b11, with hexadecimal fractions as Go has them
  /^[-+]?0_*[xX][\da-fA-F_.]+(?:[pP][-+]?\d+)?$/,
  /^[-+]?0_*[oO][0-7_]+$/,
  /^[-+]?0_*[bB][01_]+$/,
  // 1:20, which is 80 seconds
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  // 2026-01-02, with or without a time
  /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt\s])/,
  /^[-+]?\.?(?:inf|infinity|nan)$/i,
  /^(?:y|n|yes|no|on|off)$/i,
  /^(?:<<|=)$/,
];

/** A number that both parsers read alike, and that JSON, in which the engine passes it, represents to the last digit. */
const plainNumber = /^(?:0|-?[1-9]\d{0,14})$/;
/** Scalars that neither parser reads as text: valid as values, but not as names. */
const constants = /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE)$/;

/** Whether a text has to be quoted, as a key or a value, for every YAML parser to read the same. */
export function needsQuotes(text: string): boolean {
  return constants.test(text) || plainNumber.test(text) || isAmbiguous(text);
}

function isAmbiguous(text: string): boolean {
  return !plainNumber.test(text) && ambiguous.some((pattern) => pattern.test(text));
}

/** Whether a value is a last day, which the schema accepts both as a text and as the midnight at its begin. */
function isLastDay([setting, ...keys]: string[], text: string): boolean {
  const [, second, , last] = keys;
  const isDay = keys.length === 2 && second === "until";
  const isDayOfAccount = keys.length === 4 && second === "accounts" && last === "until";
  const hasDays =
    setting === "mfa-admin:developers"
      ? isDay || isDayOfAccount
      : isDay && (setting === "mfa-admin:exempt" || setting === "mfa-admin:accepted");
  return hasDays && /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** Line breaks for the engine's parser alone: a comment would end there, and what follows would count. */
const otherBreak = /[\u0085\u2028\u2029]/;

/** An unquoted text that not every YAML parser reads as this text. */
export interface Unquoted extends FileProblem {
  scalar: Scalar;
  /** The keys that lead to it, from the one below `config:` on. */
  path: string[];
  /** Whether it is a key, whose value may be wrong as well. */
  isKey: boolean;
}

/**
 * The differences between the two readings, each with its line. Unquoted texts are listed apart: whether quotes are the remedy depends on
 * the schema.
 *
 * @param namespace the prefix of the keys below `config:` that are checked, with everything below them
 * @param names the settings' names, which the engine would accept without the namespace, too
 */
export function differentReadings(
  document: Document,
  text: string,
  lines: LineCounter,
  namespace: string,
  names: string[],
): { problems: FileProblem[]; unquoted: Unquoted[] } {
  const problems: FileProblem[] = [];
  const unquoted: Unquoted[] = [];
  const hidden = otherBreak.exec(text);
  if (hidden)
    problems.push(
      at(lines, hidden.index, "a character stands here that only some take for the end of a line; take it out"),
    );
  const directive = /^%/m.exec(text);
  if (directive) problems.push(at(lines, directive.index, "a directive chooses how YAML is read; take it out"));
  const refuse = (node: Node, path: string[], message: string): void => {
    problems.push(at(lines, node.range?.[0] ?? 0, `${path.join(".")}: ${message}`));
  };
  mergeKeys(document.contents, [], refuse);
  const lacksQuotes = (scalar: Scalar, path: string[], isKey: boolean): void => {
    const line = lines.linePos(scalar.range?.[0] ?? 0).line;
    unquoted.push({ line, message: `${path.join(".")}: ${quotes(scalar.source ?? "")}`, scalar, path, isKey });
  };
  const environment = isMap(document.contents)
    ? document.contents.items.find(({ key }) => isScalar(key) && key.value === "environment")
    : undefined;
  if (isScalar(environment?.key)) {
    refuse(environment.key, ["environment"], "the engine would take settings from there, too; take it out");
  }
  const config = document.get("config", true);
  mergeKeys(config, ["config"], refuse);
  const settings = isAlias(config) ? config.resolve(document) : config;
  if (!isMap(settings)) return { problems, unquoted };
  const seen = new Set<Node>();
  for (const { key, value } of settings.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (isScalar(key) && names.includes(name)) refuse(key, [name], `write it with the namespace: ${namespace}${name}`);
    if (name.startsWith(namespace)) walk(value, [name]);
  }
  return { problems, unquoted };

  function walk(node: unknown, path: string[]): void {
    if (isAlias(node)) node = node.resolve(document);
    if (!isScalar(node) && !isCollection(node)) return;
    if (seen.has(node)) return;
    seen.add(node);
    if (node.tag !== undefined)
      refuse(node, path, "readers take a tag (!) differently; take it out, and write text in quotes");
    if (isScalar(node)) {
      const written = text.slice(node.range?.[0], node.range?.[1]);
      if (node.type === "QUOTE_DOUBLE" && /(?<!\\)(?:\\\\)*\\\//.test(written)) {
        refuse(node, path, "the engine does not know \\/; write / alone");
      }
      if (node.type === "PLAIN" && isAmbiguous(node.source ?? "") && !isLastDay(path, node.source ?? "")) {
        lacksQuotes(node, path, false);
      }
      return;
    }
    if (isSealed(node)) {
      refuse(
        node,
        path,
        "the engine takes `secure` alone for a secret of Pulumi's, which no setting may be; write the value itself, or rename the key",
      );
    }
    for (const [index, item] of node.items.entries()) {
      if (!isPair(item)) walk(item, [...path, String(index)]);
      else {
        walkKey(item.key, path);
        walk(item.value, [...path, isScalar(item.key) ? (item.key.source ?? "") : ""]);
      }
    }
  }

  function walkKey(key: unknown, path: string[]): void {
    if (!isScalar(key)) {
      if (isAlias(key) || isCollection(key)) refuse(key, path, "a key must be a text, written out");
      return;
    }
    const source = key.source ?? "";
    if (key.value === "__proto__") refuse(key, [...path, source], "no name may be __proto__");
    if (key.value === mergeKey) {
      refuse(key, [...path, source], merging);
      return;
    }
    if (key.tag !== undefined) refuse(key, [...path, source], "readers take a tag (!) differently; take it out");
    if (key.type !== "PLAIN") return;
    if (source === "") refuse(key, path, "a name is missing before the colon");
    else if (constants.test(source) || isAmbiguous(source)) lacksQuotes(key, [...path, source], true);
  }
}

/** Whether a value is an encrypted secret as Pulumi writes it: a map with the one key `secure`. */
function isSealed(node: Node): boolean {
  if (!isMap(node) || node.items.length !== 1) return false;
  const [{ key, value } = {}] = node.items;
  return isScalar(key) && key.value === "secure" && !isCollection(value);
}

/** The merge key, which go-yaml honours even in quotes. */
const mergeKey = "<<";
const merging = "the engine would merge another map here; write out what is meant";

/** Refuses merge keys: YAML 1.1 merges another map, YAML 1.2 has an ordinary key of that name. */
function mergeKeys(node: unknown, path: string[], refuse: (node: Node, path: string[], message: string) => void): void {
  if (!isMap(node)) return;
  for (const { key } of node.items) {
    if (isScalar(key) && key.value === mergeKey) refuse(key, [...path, mergeKey], merging);
  }
}

function quotes(source: string): string {
  return `not every reader of YAML takes ${source} for text; write it in quotes: ${JSON.stringify(source)}`;
}

function at(lines: LineCounter, offset: number, message: string): FileProblem {
  return { line: lines.linePos(offset).line, message };
}
