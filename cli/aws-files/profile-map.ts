import { headingsIn, type Ini, valuesIn } from "./ini.ts";

/**
 * Which heading of the configuration file has a profile, as botocore reads it (`configloader.build_profile_map`): `[profile NAME]`
 * in a shell's quotes, the last of several; `[default]` or `[profile default]`.
 */
export function configHeading(config: Ini, profile: string): string | undefined {
  return headingsIn(config).findLast((heading) => profileIn(heading) === profile);
}

/** What the configuration file says of a profile. */
export function configValues(config: Ini, profile: string): Map<string, string> | undefined {
  const heading = configHeading(config, profile);
  return heading === undefined ? undefined : valuesIn(config, heading);
}

/** The profiles of the configuration file, in order. */
export function configProfiles(config: Ini): string[] {
  return [...new Set(headingsIn(config).flatMap((heading) => profileIn(heading) ?? []))];
}

/** The heading that a new profile gets there. */
export function newConfigHeading(profile: string): string {
  if (profile === "default") return profile;
  return `profile ${/^[\w./@%+=:,-]+$/.test(profile) ? profile : `"${profile}"`}`;
}

/** What both files say of a profile; the credentials file comes before the configuration (botocore, `Session.full_config`). */
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

/** The words of a line as a POSIX shell splits it (Python Library Reference, "shlex.split"); nothing when a quote stays open. */
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
      // Within double quotes it stands for itself before anything else.
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
