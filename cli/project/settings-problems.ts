import type { Document, LineCounter } from "yaml";
import type * as z from "zod";

import { innerKeys, settingsKeys } from "../../infra/settings.ts";
import type { Reference } from "../../infra/settings-references.ts";
import { closest } from "../closest.ts";
import type { FileProblem } from "../failure.ts";
import { isCommented, lineOf, namesakes, namespace } from "./settings-places.ts";
import type { Unquoted } from "./yaml-readings.ts";

interface SettingsText {
  unquoted: Unquoted[];
  document: Document;
  lines: LineCounter;
}

/** A problem of one key, named by the path of keys to it. */
interface KeyProblem {
  keys: string[];
  /** Whether the key is wrong, whatever its value. */
  isKey: boolean;
  message: string;
}

/** The problems of the settings, each once and with its line. */
export function problemsOf(issues: z.core.$ZodIssue[], { unquoted, document, lines }: SettingsText): FileProblem[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => unknownKey([...issue.path.map(String), key])) : [],
  );
  const known = issues.filter(({ code }) => code !== "unrecognized_keys").map((issue) => keyProblem(issue, document));
  // A key that is missing because of a typo in its name is reported by the typo alone.
  const found = [
    ...known.filter(({ keys, isMissing }) => !isMissing || !unknown.some(({ meant }) => isSameWord(meant, keys))),
    ...unknown,
  ];
  // Missing quotes are reported where a text is expected, and nothing else is wrong with the value.
  const lacking = unquoted.filter(({ path: [first = "", ...rest], isKey }) => {
    const path = [first.slice(namespace.length), ...rest];
    const isAbout = (one: KeyProblem): boolean => one.keys.length < path.length || one.isKey || !isKey;
    return !found.some((one) => isSameWord(one.keys, path.slice(0, one.keys.length)) && isAbout(one));
  });
  return [
    ...found.map(({ keys, message }) => ({
      line: lineOf(document, lines, keys),
      message: `${namespace}${keys.join(".")}: ${message}`,
    })),
    ...lacking.map(({ line, message }) => ({ line, message })),
  ].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

function keyProblem(issue: z.core.$ZodIssue, document: Document): KeyProblem & { isMissing: boolean } {
  const keys = issue.path.map(String);
  const isMissing = issue.code === "invalid_type" && issue.input === undefined;
  const { given, known } = (issue.code === "custom" ? (issue.params ?? {}) : {}) as Partial<Reference>;
  const meant = given === undefined ? undefined : closest(given, known ?? []);
  const [theirs] = isMissing && keys.length === 1 ? namesakes(document, keys[0] ?? "") : [];
  return {
    keys,
    isMissing,
    isKey: issue.code === "invalid_key",
    message: [
      issue.message,
      meant === undefined ? "" : `; did you mean ${meant}?`,
      issue.input === null && isCommented(document, keys) ? "; a # that is not in quotes begins a comment" : "",
      theirs === undefined ? "" : `; ${theirs} is of another namespace`,
    ].join(""),
  };
}

/** The problem of an unknown key, with the key that was meant, if one is near. */
function unknownKey(keys: string[]): KeyProblem & { meant: string[] } {
  const [above, key] = [keys.slice(0, -1), keys.at(-1) ?? ""];
  const own = above[0] === undefined ? settingsKeys : (innerKeys[above[0]] ?? []);
  const path = above.length === 0 ? belowSetting(key) : undefined;
  const near = closest(key.startsWith(namespace) ? key.slice(namespace.length) : key, own);
  const meant = path !== undefined || near === undefined ? [] : [...above, near];
  const what = path ?? (meant.length === 0 ? elsewhere(key, own) : didYouMean(meant.join(".")));
  return { keys, meant, isKey: true, message: `there is no such key; ${what}` };
}

/** The advice for a key that is written as a path: settings are nested maps. */
function belowSetting(key: string): string | undefined {
  const [first = "", ...rest] = key.split(/[.:]/);
  return rest.length > 0 && settingsKeys.includes(first)
    ? `write ${rest.join(".")} below ${namespace}${first}`
    : undefined;
}

/** The advice for a key that resembles none here: the place where it belongs, else the keys that are valid here. */
function elsewhere(key: string, own: string[]): string {
  const name = key.split(/[.:]/).at(-1) ?? key;
  if (own === settingsKeys && settingsKeys.includes(name)) return didYouMean(name);
  if (settingsKeys.includes(name)) return `${namespace}${name} is a key of its own below config:`;
  const place = Object.keys(innerKeys).find((outer) => innerKeys[outer]?.includes(key) === true);
  if (place !== undefined && own === settingsKeys) return `it belongs below ${namespace}${place}`;
  return `the keys here are ${own.join(", ")}`;
}

const didYouMean = (path: string): string => `did you mean ${namespace}${path}?`;

const isSameWord = (one: string[], other: string[]): boolean => one.join("\n") === other.join("\n");
