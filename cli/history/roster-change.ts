import { isDeepStrictEqual } from "node:util";

import type { HistoryRow } from "../results/history.ts";

/** Settings as a file or a run had them, valid or not, by their keys without "mfa-admin:". */
export type LooseSettings = Record<string, unknown>;

/** How the settings' keys begin in a stack's configuration. */
const namespace = "mfa-admin:";

/** The settings of a stack's configuration. @param valueOf what a key's value is */
export function settingsIn(
  configuration: unknown,
  valueOf: (entry: unknown) => unknown = (entry) => entry,
): LooseSettings {
  return Object.fromEntries(
    Object.entries(recordIn(configuration)).flatMap(([key, entry]) =>
      key.startsWith(namespace) ? [[key.slice(namespace.length), valueOf(entry)]] : [],
    ),
  );
}

/** What makes some settings of others: who comes, who goes, of whom the roster says something else, and which other keys differ. */
export function rosterChange(
  before: LooseSettings,
  after: LooseSettings,
): Pick<HistoryRow, "whom" | "adds" | "removes" | "changes" | "settings"> {
  const [was, is] = [recordIn(before["developers"]), recordIn(after["developers"])];
  const adds = Object.keys(is).filter((name) => !Object.hasOwn(was, name));
  const removes = Object.keys(was).filter((name) => !Object.hasOwn(is, name));
  const changes = Object.keys(is).filter((name) => Object.hasOwn(was, name) && !isSame(was[name], is[name]));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => key !== "developers");
  // The first settings are no change of any.
  const settings = Object.keys(before).length === 0 ? [] : keys.filter((key) => !isSame(before[key], after[key]));
  return {
    whom: [...adds, ...removes, ...changes],
    ...(adds.length > 0 && { adds }),
    ...(removes.length > 0 && { removes }),
    ...(changes.length > 0 && { changes }),
    ...(settings.length > 0 && { settings: settings.sort() }),
  };
}

/** Nothing at all says the same of a developer as an empty entry. */
const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one ?? {}, other ?? {});

export function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
