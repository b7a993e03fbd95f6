import { isMap, isNode, isScalar, type Node, type Pair, parseDocument, Scalar, stringify, type YAMLMap } from "yaml";

import { needsQuotes } from "./yaml-readings.ts";

/** One entry of the roster, as it is written in the file. */
export interface RosterEntry {
  /** Names of development accounts; every one when left out. */
  accounts?: string[];
}

const path = ["config", "mfa-admin:developers"];

/**
 * The text of a settings file with developers added, a line each. Every other line stays as it is to the letter, as a
 * review of the change wants it.
 */
export function withDevelopers(text: string, entries: Record<string, RosterEntry>): string {
  const document = parseDocument(text);
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
  // No roster yet, or one in braces: it is laid out anew.
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

/** The text of a settings file without these developers; the comment right above one goes along. */
export function withoutDevelopers(text: string, names: string[]): string {
  const document = parseDocument(text);
  const roster = document.getIn(path, true);
  const pair = rosterPair(document.get("config", true));
  if (!isMap(roster) || roster.flow || pair === undefined) {
    for (const name of names) document.deleteIn([...path, name]);
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
  }
  const leaving = roster.items.filter(({ key }) => names.includes(keyText(key)));
  let result = text;
  // From the last to the first, so that the places of the others stay as they are.
  for (const item of leaving.toReversed()) {
    const start = commentedStart(text, lineStart(text, startOf(item)), item === roster.items[0]);
    result = result.slice(0, start) + result.slice(lineEnd(text, endOfNode(item)) + 1);
  }
  if (leaving.length < roster.items.length) return result;
  const colon = text.indexOf(":", isNode(pair.key) ? pair.key.range?.[1] : 0) + 1;
  return `${result.slice(0, colon)} {}${result.slice(colon)}`;
}

function lines(entries: Record<string, RosterEntry>, indent: string): string {
  return Object.entries(entries)
    .map(([name, { accounts }]) => {
      const value = accounts === undefined ? "{}" : `{ accounts: [${accounts.map(scalar).join(", ")}] }`;
      return `\n${indent}${scalar(name)}: ${value}`;
    })
    .join("");
}

/** In quotes where YAML, or the older YAML of other programs, would take it for something else than text. */
const scalar = (value: string): string =>
  needsQuotes(value) ? JSON.stringify(value) : stringify(value, { version: "1.1" }).trim();

function rosterPair(config: unknown): Pair | undefined {
  return isMap(config) ? config.items.find(({ key }) => keyText(key) === path[1]) : undefined;
}

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

function startOf({ key }: Pair): number {
  return (key as Node).range?.[0] ?? 0;
}

/** Where an entry's own text ends: what comes after it on the line is a comment. */
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

/** Comment lines right above an entry are about it; above the first one, about the whole roster. */
function commentedStart(text: string, start: number, isFirst: boolean): number {
  let at = start;
  while (!isFirst) {
    const above = lineStart(text, at - 1);
    if (at === 0 || !/^\s*#/.test(text.slice(above, at))) break;
    at = above;
  }
  return at;
}
