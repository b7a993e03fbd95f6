/**
 * Edits of the AWS configuration and credentials files that leave every other line as it is: comments, order, other
 * profiles and the way the lines end. Parsers write the whole file anew, without its comments; hence by lines.
 */

/** Sets keys of a section, in the place of those that are there, and after its last one otherwise. */
export function setKeys(text: string, section: string, keys: Record<string, string>): string {
  const lines = linesOf(text);
  const range = sectionRange(lines, section);
  if (range === undefined) return appendSection(text, section, keys);
  const { first, end } = range;
  const missing = { ...keys };
  for (let index = first; index < end; index++) {
    const key = keyIn(lines[index]);
    if (key === undefined || !(key in missing)) continue;
    lines[index] = `${key} = ${missing[key] ?? ""}`;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- what is left is added below
    delete missing[key];
  }
  lines.splice(lastContent(lines, first, end), 0, ...assignments(missing));
  return lines.join(lineEnd(text));
}

/** Takes keys out of a section, and the section too when nothing is left of it. */
export function removeKeys(text: string, section: string, keys: string[]): string {
  const lines = linesOf(text);
  const range = sectionRange(lines, section);
  if (range === undefined) return text;
  const { first } = range;
  let end = lastContent(lines, first, range.end);
  const kept = lines.slice(first, end).filter((line) => !keys.includes(keyIn(line) ?? ""));
  if (kept.some((line) => line.trim() !== "")) {
    lines.splice(first, end - first, ...kept);
  } else {
    // The blank lines after it go with it; comments there lead to the next section.
    while (end < range.end && lines[end]?.trim() === "") end++;
    lines.splice(first - 1, end - first + 1);
    if (end === range.end && range.isLast && lines.at(-1) !== "") lines.push("");
  }
  return lines.join(lineEnd(text));
}

/** Whether the file has a section of that name. */
export function hasSection(text: string, section: string): boolean {
  return sectionRange(linesOf(text), section) !== undefined;
}

/** The value of a key, as it stands there. */
export function valueOf(text: string, section: string, key: string): string | undefined {
  const lines = linesOf(text);
  const range = sectionRange(lines, section);
  const line = range && lines.slice(range.first, range.end).find((candidate) => keyIn(candidate) === key);
  return line?.slice(line.indexOf("=") + 1).trim();
}

/** The names of the sections, in order. */
export function sectionNames(text: string): string[] {
  return linesOf(text).flatMap((line) => sectionIn(line) ?? []);
}

function appendSection(text: string, section: string, keys: Record<string, string>): string {
  const end = lineEnd(text);
  const before = text.trim() === "" ? "" : `${text.trimEnd()}${end}${end}`;
  return `${before}${[`[${section}]`, ...assignments(keys)].join(end)}${end}`;
}

function assignments(keys: Record<string, string>): string[] {
  return Object.entries(keys).map(([key, value]) => `${key} = ${value}`);
}

/** The lines of a section: from the one after its heading to before the next heading. */
function sectionRange(lines: string[], section: string): { first: number; end: number; isLast: boolean } | undefined {
  const heading = lines.findIndex((line) => sectionIn(line) === section);
  if (heading < 0) return undefined;
  const next = lines.findIndex((line, index) => index > heading && sectionIn(line) !== undefined);
  return { first: heading + 1, end: next < 0 ? lines.length : next, isLast: next < 0 };
}

/** Where a new key goes: before the blank lines and the comments that lead to the next section. */
function lastContent(lines: string[], first: number, end: number): number {
  let index = end;
  while (index > first && /^\s*([#;].*)?$/.test(lines[index - 1] ?? "")) index--;
  return index;
}

/** `[profile dev] ; mine` -> `profile dev`, quotes and doubled spaces taken away. */
function sectionIn(line: string): string | undefined {
  const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
  return name?.replace(/["']/g, "").trim().replace(/\s+/g, " ");
}

/** Indented lines are parts of the value before them. */
function keyIn(line = ""): string | undefined {
  return /^([^\s=#;[][^=]*?)\s*=/.exec(line)?.[1];
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

function lineEnd(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
