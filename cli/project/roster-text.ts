import { isMap, isNode, isScalar, isSeq, type Node, type Pair, Scalar, stringify, type YAMLMap } from "yaml";

import { yamlDocument } from "./yaml-file.ts";
import { needsQuotes } from "./yaml-readings.ts";

/** One entry of the roster, as it is written in the file. */
export interface RosterEntry {
  /** Names of development accounts; every one when left out. */
  accounts?: string[];
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until?: string;
}

const path = ["config", "mfa-admin:developers"];

/**
 * The text of a settings file with developers added, a line each. Every other line stays unchanged to the letter, for the review of the
 * change.
 */
export function withDevelopers(text: string, entries: Record<string, RosterEntry>): string {
  const document = yamlDocument(text);
  const roster = document.getIn(path, true);
  const last = isMap(roster) && !roster.flow ? roster.items.at(-1) : undefined;
  if (last !== undefined) {
    const at = lineEnd(text, endOfNode(last));
    return text.slice(0, at) + lines(entries, columnOf(text, startOf(last))) + text.slice(at);
  }
  const pair = rosterPair(document.get("config", true));
  if (pair !== undefined && (!isMap(roster) || roster.items.length === 0)) {
    const [key, end] = [startOf(pair), endOfNode(pair)];
    const opened = text.slice(0, end).replace(/(:)\s*(\{\s*\}|null|~)$/, "$1");
    const at = lineEnd(text, end);
    return opened + text.slice(end, at) + lines(entries, `${columnOf(text, key)}  `) + text.slice(at);
  }
  // Without a roster, or with one in braces, the roster is written anew.
  if (!isMap(roster)) document.setIn(path, document.createNode({}));
  for (const [name, entry] of Object.entries(entries)) {
    const key = new Scalar(name);
    if (needsQuotes(name)) key.type = Scalar.QUOTE_DOUBLE;
    (document.getIn(path) as YAMLMap).set(key, document.createNode(entry, { flow: true }));
  }
  const map = document.getIn(path);
  if (isMap(map)) map.flow = false;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The text of a settings file without these developers. The comment right above an entry is removed with it. */
export function withoutDevelopers(text: string, names: string[]): string {
  const document = yamlDocument(text);
  const roster = document.getIn(path, true);
  const pair = rosterPair(document.get("config", true));
  if (!isMap(roster) || roster.flow || pair === undefined) {
    for (const name of names) document.deleteIn([...path, name]);
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
  }
  const leaving = roster.items.filter(({ key }) => names.includes(keyText(key)));
  let result = text;
  // Entries are removed from the last to the first, so that the offsets of the others stay valid.
  for (const item of leaving.toReversed()) {
    const start = commentedStart(text, lineStart(text, startOf(item)), item === roster.items[0]);
    result = result.slice(0, start) + result.slice(lineEnd(text, endOfNode(item)) + 1);
  }
  if (leaving.length < roster.items.length) return result;
  const colon = text.indexOf(":", isNode(pair.key) ? pair.key.range?.[1] : 0) + 1;
  return `${result.slice(0, colon)} {}${result.slice(colon)}`;
}

/** The end of somebody's access, to be written into the roster. */
export interface RosterEnd {
  name: string;
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until: string;
  /** The only account whose access ends, and all accounts of the developer, where the entry has them as a list or not at all. */
  account?: { name: string; all: string[] } | undefined;
}

/**
 * The text of a settings file in which somebody's access, or that to one account, ends after another day. No other entry is touched.
 *
 * @returns undefined where the entry has to be edited by hand, such as one with an alias
 */
export function withUntil(text: string, { name, until, account }: RosterEnd): string | undefined {
  const roster = yamlDocument(text).getIn(path, true);
  const item = isMap(roster) ? roster.items.find(({ key }) => keyText(key) === name) : undefined;
  if (item === undefined) return undefined;
  if (account === undefined) return withKey(text, item, until);
  const entry = item.value;
  const accounts = isMap(entry) ? entry.items.find(({ key }) => keyText(key) === "accounts") : undefined;
  if (isMap(accounts?.value)) {
    const there = accounts.value.items.find(({ key }) => keyText(key) === account.name);
    return there === undefined ? undefined : withKey(text, there, until);
  }
  const each = account.all.map((one) => `${scalar(one)}: ${one === account.name ? `{ until: ${until} }` : "{}"}`);
  const map = `{ ${each.join(", ")} }`;
  if (accounts === undefined) return withKey(text, item, map, "accounts");
  return isSeq(accounts.value) ? replaced(text, accounts.value, map) : undefined;
}

/** Sets a key in the map that is a pair's value. */
function withKey(text: string, pair: Pair, value: string, key = "until"): string | undefined {
  const { value: map } = pair;
  const written = `${key}: ${value}`;
  if (!isMap(map)) {
    const isNothing = isScalar(map) ? map.value === null : map === null;
    return isNothing ? withNothingReplaced(text, pair, `{ ${written} }`) : undefined;
  }
  const there = map.items.find((one) => keyText(one.key) === key);
  if (there !== undefined) return isScalar(there.value) ? replaced(text, there.value, value) : undefined;
  const [first] = map.items;
  if (first === undefined) return replaced(text, map, `{ ${written} }`);
  const at = startOf(first);
  const isInline = map.flow === true;
  const between = isInline ? ", " : `\n${columnOf(text, at)}`;
  return text.slice(0, at) + written + between + text.slice(at);
}

/** Replaces a value that is `~`, `null` or left out. */
function withNothingReplaced(text: string, { key, value }: Pair, by: string): string {
  const source = isScalar(value) ? (value.source ?? "") : "";
  if (source !== "") return replaced(text, value as Node, by);
  const colon = text.indexOf(":", (key as Node).range?.[1] ?? 0) + 1;
  return `${text.slice(0, colon)} ${by}${text.slice(colon)}`;
}

function replaced(text: string, { range }: Node, by: string): string {
  const [start, end] = range ?? [0, 0];
  // The range of a block's node includes the line break.
  const kept = /\n\s*$/.exec(text.slice(start, end))?.[0] ?? "";
  return text.slice(0, start) + by + kept + text.slice(end);
}

function lines(entries: Record<string, RosterEntry>, indent: string): string {
  return Object.entries(entries)
    .map(([name, { until, accounts }]) => {
      const values = [
        ...(until === undefined ? [] : [`until: ${until}`]),
        ...(accounts === undefined ? [] : [`accounts: [${accounts.map(scalar).join(", ")}]`]),
      ];
      const value = values.length === 0 ? "{}" : `{ ${values.join(", ")} }`;
      return `\n${indent}${scalar(name)}: ${value}`;
    })
    .join("");
}

/** A value in YAML, quoted where YAML 1.2, or the 1.1 of other programs, would read it as something other than text. */
const scalar = (value: string): string =>
  needsQuotes(value) ? JSON.stringify(value) : stringify(value, { version: "1.1" }).trim();

function rosterPair(config: unknown): Pair | undefined {
  return isMap(config) ? config.items.find(({ key }) => keyText(key) === path[1]) : undefined;
}

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

function startOf({ key }: Pair): number {
  return (key as Node).range?.[0] ?? 0;
}

/** The offset at which an entry's text ends; the rest of its line is a comment. */
function endOfNode({ key, value }: Pair): number {
  const end = (isNode(value) ? value.range : undefined)?.[1] ?? 0;
  return Math.max(end, (key as Node).range?.[1] ?? 0);
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** The end of the line on which the text before `at` ends. */
function lineEnd(text: string, at: number): number {
  const last = text.slice(0, at).trimEnd().length;
  const end = text.indexOf("\n", last);
  return end < 0 ? text.length : end;
}

const columnOf = (text: string, at: number): string => text.slice(lineStart(text, at), at);

/** The begin of an entry with the comment lines right above it. Above the first entry, a comment is about the whole roster. */
function commentedStart(text: string, start: number, isFirst: boolean): number {
  let at = start;
  while (!isFirst) {
    const above = lineStart(text, at - 1);
    if (at === 0 || !/^\s*#/.test(text.slice(above, at))) break;
    at = above;
  }
  return at;
}
