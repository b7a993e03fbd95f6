/**
 * The configuration and credentials files as the AWS CLI reads them. botocore leaves that to Python's `RawConfigParser`
 * (Python Library Reference, "configparser"; botocore, `configloader.raw_config_parse`), and this file implements the same rules.
 * The parsers on npm read other dialects.
 */

/** A file's lines, and its sections with the lines that they are on. */
export interface Ini {
  lines: Line[];
  sections: IniSection[];
}

/** A line's text, and its line end as written; the end is empty where the file ends without one. */
export interface Line {
  text: string;
  end: string;
}

export interface IniSection {
  /** The text between the brackets, as written. */
  heading: string;
  /** Index of the heading's line. */
  line: number;
  indent: number;
  options: Option[];
}

export interface Option {
  /** The key in lower case. */
  key: string;
  /** Lines are joined by `\n`; a block of nested keys begins with one. */
  value: string;
  indent: number;
  /** Index of its first line. */
  line: number;
  /** Index of the line after its last one; blank lines and comments that follow the option don't belong to it. */
  end: number;
}

/** The AWS CLI cannot read a file: the line, and the reason. */
export class UnreadableIni extends Error {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    [this.line, this.reason] = [line, reason];
  }
}

/** The section whose options every other section inherits. */
const defaults = "DEFAULT";

/** White space as Python has it: `\s` with five control characters more, and without the byte order mark. */
const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const aroundText = new RegExp(`^${space}+|${space}+$`, "g");
const beforeText = new RegExp(`^${space}*`);
const afterText = new RegExp(`${space}+$`);
/** The line breaks of Python's `splitlines`, by which a nested block is split. */
const lineBreak = /\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]/;

/** @throws UnreadableIni where the AWS CLI could not read the text */
export function parseIni(text: string): Ini {
  const lines = linesOf(text);
  const sections: IniSection[] = [];
  let option: (Option & { values: string[] }) | undefined;
  let indent = 0;
  for (const [index, { text: line }] of lines.entries()) {
    const content = strip(line);
    if (/^[#;]/.test(content)) continue;
    if (content === "") {
      option?.values.push("");
      continue;
    }
    const here = beforeText.exec(line)?.[0].length ?? 0;
    if (option !== undefined && here > indent) {
      option.values.push(content);
      option.end = index + 1;
      continue;
    }
    indent = here;
    finish(option);
    option = undefined;
    const heading = /^\[(.+)\]/s.exec(content)?.[1];
    const section = sections.at(-1);
    if (heading !== undefined) {
      sections.push({ heading, line: index, indent, options: [] });
    } else if (section === undefined) {
      const unseen = "it begins with a byte order mark, which editors do not show: save the file in UTF-8 without it";
      throw new UnreadableIni(
        index + 1,
        content.startsWith("\ufeff") ? unseen : "it stands before the first [profile]",
      );
    } else {
      option = { ...assignment(content, index), indent, line: index, end: index + 1, value: "" };
      section.options.push(option);
    }
  }
  finish(option);
  refuseRepeated(sections);
  refuseNested(sections);
  return { lines, sections };
}

/** A section's values by key in lower case, inherited ones included; undefined when the file has no such section. */
export function valuesIn(ini: Ini, heading: string): Map<string, string> | undefined {
  const own = ini.sections.filter((section) => section.heading === heading);
  if (own.length === 0 || heading === defaults) return undefined;
  return new Map([...inheritedIn(ini), ...pairsIn(own)]);
}

/** A section's own values by key, without those that it inherits from `[DEFAULT]`. */
export function ownValuesIn({ sections }: Ini, heading: string): Map<string, string> {
  return new Map(heading === defaults ? [] : pairsIn(sections.filter((section) => section.heading === heading)));
}

/** The values of `[DEFAULT]`, which every section inherits unless it sets the key itself. */
export function inheritedIn({ sections }: Ini): Map<string, string> {
  return new Map(pairsIn(sections.filter(({ heading }) => heading === defaults)));
}

function pairsIn(sections: IniSection[]): [string, string][] {
  return sections.flatMap(({ options }) => options.map(({ key, value }): [string, string] => [key, value]));
}

/** The headings in the file's order, without `DEFAULT`. */
export function headingsIn({ sections }: Ini): string[] {
  return sections.map(({ heading }) => heading).filter((heading) => heading !== defaults);
}

function assignment(content: string, index: number): { key: string; values: string[] } {
  const [, name, value] = /^([^=:]*)[=:](.*)$/s.exec(content) ?? [];
  if (name === undefined || value === undefined) {
    throw new UnreadableIni(index + 1, "it is neither a [profile] nor KEY = VALUE");
  }
  const key = name.replace(afterText, "").toLowerCase();
  if (key === "") throw new UnreadableIni(index + 1, "there is no key before the value");
  return { key, values: [strip(value)] };
}

function finish(option: (Option & { values?: string[] }) | undefined): void {
  if (option === undefined) return;
  option.value = (option.values ?? []).join("\n").replace(afterText, "");
  delete option.values;
}

/** @throws UnreadableIni where a block of nested keys, inherited ones included, has a line that is not KEY = VALUE */
function refuseNested(sections: IniSection[]): void {
  const inherited = sections.filter(({ heading }) => heading === defaults).flatMap(({ options }) => options);
  for (const { heading, options } of sections) {
    if (heading === defaults) continue;
    const own = new Set(options.map(({ key }) => key));
    for (const { key, value, line } of [...inherited.filter((one) => !own.has(one.key)), ...options]) {
      const nested = value.startsWith("\n") ? value.split(lineBreak).map(strip) : [];
      if (nested.some((one) => one !== "" && !one.includes("="))) {
        throw new UnreadableIni(line + 1, `the lines nested below ${key} are not all KEY = VALUE`);
      }
    }
  }
}

function refuseRepeated(sections: IniSection[]): void {
  const seen = new Set<string>();
  for (const { heading, line, options } of sections) {
    if (heading !== defaults && seen.has(heading)) {
      throw new UnreadableIni(line + 1, `[${heading}] stands in the file twice`);
    }
    seen.add(heading);
    for (const { key, line: at } of options) {
      const name = JSON.stringify([heading, key]);
      if (seen.has(name)) throw new UnreadableIni(at + 1, `${key} stands in [${heading}] twice`);
      seen.add(name);
    }
  }
}

/** Splits a text at the line ends of Python's text files: `\n`, `\r\n` and `\r`. */
function linesOf(text: string): Line[] {
  const lines = [...text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)].map(([, line = "", end = ""]) => ({ text: line, end }));
  // The match after the last line's end is no line.
  return lines.filter(({ text: line, end }, index) => index < lines.length - 1 || line !== "" || end !== "");
}

function strip(text: string): string {
  return text.replace(aroundText, "");
}
