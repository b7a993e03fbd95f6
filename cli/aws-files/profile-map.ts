import { headingsIn, type Ini, valuesIn } from "./ini.ts";

/**
 * The heading of a profile in the configuration file, as botocore reads it (`configloader.build_profile_map`): `[profile NAME]`,
 * where NAME may have a shell's quotes, the last of several; `[default]` or `[profile default]`.
 */
export function configHeading(config: Ini, profile: string): string | undefined {
  return headingsIn(config).findLast((heading) => profileIn(heading) === profile);
}

/** A profile's values in the configuration file; undefined where the file doesn't have the profile. */
export function configValues(config: Ini, profile: string): Map<string, string> | undefined {
  const heading = configHeading(config, profile);
  return heading === undefined ? undefined : valuesIn(config, heading);
}

/** The profiles of the configuration file, in order. */
export function configProfiles(config: Ini): string[] {
  return [...new Set(headingsIn(config).flatMap((heading) => profileIn(heading) ?? []))];
}

/** The heading of a new profile in the configuration file. */
export function newConfigHeading(profile: string): string {
  if (profile === "default") return profile;
  return `profile ${/^[\w./@%+=:,-]+$/.test(profile) ? profile : `"${profile}"`}`;
}

/** A profile's values in both files; those of the credentials file win (botocore, `Session.full_config`). */
export function profileValues({ config, credentials }: { config: Ini; credentials: Ini }, profile: string) {
  const [below, above] = [configValues(config, profile), valuesIn(credentials, profile)];
  return below === undefined && above === undefined ? undefined : new Map([...(below ?? []), ...(above ?? [])]);
}

function profileIn(heading: string): string | undefined {
  if (heading === "default") return heading;
  if (!heading.startsWith("profile")) return undefined;
  const words = wordsIn(heading);
  return words?.length === 2 ? words[1] : undefined;
}

/** The words of a line, split as by a POSIX shell (Python Library Reference, "shlex.split"); undefined when a quote stays open. */
export function wordsIn(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const letter = line[index] ?? "";
    const isEscape = letter === "\\" && quote !== "'";
    if (isEscape) {
      const next = line[++index];
      if (next === undefined) return undefined;
      // Within double quotes, a backslash escapes only a double quote or a backslash; before anything else it is kept.
      word = `${word ?? ""}${quote === '"' && next !== '"' && next !== "\\" ? "\\" : ""}${next}`;
    } else if (quote !== "") {
      if (letter === quote) quote = "";
      else word = `${word ?? ""}${letter}`;
    } else if (letter === "'" || letter === '"') {
      [quote, word] = [letter, word ?? ""];
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = `${word ?? ""}${letter}`;
  }
  if (quote !== "") return undefined;
  return word === undefined ? words : [...words, word];
}
