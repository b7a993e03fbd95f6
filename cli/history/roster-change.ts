import { isDeepStrictEqual } from "node:util";

import type { HistoryRow } from "../results/history.ts";

/** Settings as a file or a run had them, valid or not, by their keys without "mfa-admin:". */
export type LooseSettings = Record<string, unknown>;

/** The prefix of the settings' keys in a stack's configuration. */
const namespace = "mfa-admin:";

/** The settings in a stack's configuration. @param valueOf returns the value of a key's entry */
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

/** The difference of two versions of the settings: developers who were added, removed or changed, and other keys that differ. */
export function rosterChange(
  before: LooseSettings,
  after: LooseSettings,
): Pick<HistoryRow, "whom" | "adds" | "removes" | "changes" | "settings"> {
  const [was, is] = [recordIn(before["developers"]), recordIn(after["developers"])];
  const adds = Object.keys(is).filter((name) => !Object.hasOwn(was, name));
  const removes = Object.keys(was).filter((name) => !Object.hasOwn(is, name));
  const changes = Object.keys(is).filter((name) => Object.hasOwn(was, name) && !isSame(was[name], is[name]));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => key !== "developers");
  // The first settings are not shown as changed.
  const settings = Object.keys(before).length === 0 ? [] : keys.filter((key) => !isSame(before[key], after[key]));
  return {
    whom: [...adds, ...removes, ...changes],
    ...(adds.length > 0 && { adds }),
    ...(removes.length > 0 && { removes }),
    ...(changes.length > 0 && { changes }),
    ...(settings.length > 0 && { settings: settings.sort() }),
  };
}

/** A missing entry of a developer equals an empty one. */
const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one ?? {}, other ?? {});

export function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
