import { isDeepStrictEqual } from "node:util";

import { Failure } from "../failure.ts";
import { type Ini, type Line, parseIni, type IniSection, UnreadableIni } from "./ini.ts";

/** The edit of a section: keys in lower case, with their new values. A key whose value is undefined is removed. */
export type Edit = Record<string, string | undefined>;

/**
 * Edits one section of a file and leaves every other byte as it is: comments, order, indentation, line ends. An existing key keeps
 * its place and spelling; a new key follows the section's last; a section left without keys and comments is removed. The result is
 * parsed again to make sure that nothing else has changed.
 *
 * @param heading the text between the brackets
 * @throws Failure when the edit would change anything else in the file
 */
export function editSection(text: string, heading: string, edit: Edit): string {
  const before = parseIni(text);
  const wanted = expected(before, heading, edit);
  if (isDeepStrictEqual(said(before), wanted)) return text;
  const section = before.sections.find((one) => one.heading === heading);
  const candidates =
    section === undefined
      ? [appended(before, heading, edit)]
      : // Without its heading, the lines that remain may be read as a part of the section before.
        [edited(before, section, edit, true), edited(before, section, edit, false)];
  const right = candidates.find((candidate) => says(candidate, wanted));
  if (right !== undefined) return right;
  throw new Failure(
    `[${heading}] cannot be edited without changing how the AWS CLI reads what else stands in the file.`,
    "Move the lines of this section to the left margin, and run it again.",
  );
}

function says(text: string, wanted: ReturnType<typeof said>): boolean {
  try {
    return isDeepStrictEqual(said(parseIni(text)), wanted);
  } catch (error) {
    if (error instanceof UnreadableIni) return false;
    throw error;
  }
}

/** Each section's values by key; sections without keys are left out. */
function said({ sections }: Ini): Record<string, Record<string, string>> {
  const all = sections.map(({ heading, options }) => [
    heading,
    Object.fromEntries(options.map(({ key, value }) => [key, value])),
  ]);
  return Object.fromEntries(all.filter(([, options]) => Object.keys(options ?? {}).length > 0)) as Record<
    string,
    Record<string, string>
  >;
}

function expected(before: Ini, heading: string, edit: Edit): Record<string, Record<string, string>> {
  const { [heading]: own = {}, ...others } = said(before);
  const after = Object.entries({ ...own, ...edit }).filter(([, value]) => value !== undefined);
  return after.length === 0 ? others : { ...others, [heading]: Object.fromEntries(after) as Record<string, string> };
}

function appended({ lines }: Ini, heading: string, edit: Edit): string {
  const added = assignments(edit);
  if (added.length === 0) return join(lines);
  const end = lines.at(-1)?.end ?? "\n";
  const newLine = lines.find((line) => line.end !== "")?.end ?? "\n";
  const begun = lines.length === 0 ? [] : [...lines.slice(0, -1), { text: lines.at(-1)?.text ?? "", end: newLine }];
  const blank = lines.length === 0 ? [] : [{ text: "", end: newLine }];
  const section = [`[${heading}]`, ...added].map((text) => ({ text, end: newLine }));
  const last = section.at(-1);
  // A file whose last line had no line end still has none.
  if (last !== undefined && end === "") last.end = "";
  return join([...begun, ...blank, ...section]);
}

function edited({ lines, sections }: Ini, section: IniSection, edit: Edit, mayGo: boolean): string {
  const next = sections[sections.indexOf(section) + 1];
  const bound = next?.line ?? lines.length;
  const kept = section.options.filter(({ key }) => !(key in edit) || edit[key] !== undefined);
  const added = assignments(edit, (key) => section.options.every((option) => option.key !== key));
  const replaced = new Map<number, Line[]>();
  for (const option of section.options) {
    if (!(option.key in edit)) continue;
    const value = edit[option.key];
    const own = lines.slice(option.line, option.end);
    const comments = own.slice(1).filter(({ text }) => /^\s*[#;]/.test(text));
    const first = own[0] ?? { text: "", end: "\n" };
    const line = value === undefined ? [] : [{ text: assigned(first.text, value), end: own.at(-1)?.end ?? first.end }];
    replaced.set(option.line, [...line, ...comments]);
  }
  const body = lines.slice(section.line, bound).flatMap((line, offset): Line[] => {
    const index = section.line + offset;
    const option = section.options.find((one) => one.line <= index && index < one.end);
    if (option === undefined || !replaced.has(option.line)) return [line];
    return index === option.line ? (replaced.get(index) ?? []) : [];
  });
  const isEmpty = kept.length === 0 && added.length === 0 && body.slice(1).every(({ text }) => text.trim() === "");
  if (isEmpty && mayGo) return join(without(lines, section.line, bound));
  const indent = " ".repeat(section.options.at(-1)?.indent ?? Math.max(section.indent, next?.indent ?? 0));
  return join([
    ...lines.slice(0, section.line),
    ...inserted(
      body,
      added.map((text) => `${indent}${text}`),
    ),
    ...lines.slice(bound),
  ]);
}

/** Removes a section; for the file's last section, also the blank line before it. */
function without(lines: Line[], first: number, bound: number): Line[] {
  const [before, after] = [lines.slice(0, first), lines.slice(bound)];
  if (after.length > 0) return [...before, ...after];
  const kept = before.at(-1)?.text === "" ? before.slice(0, -1) : before;
  const last = kept.at(-1);
  if (last === undefined) return [];
  // A file whose last line had no line end still has none.
  return [...kept.slice(0, -1), { ...last, end: lines.at(-1)?.end === "" ? "" : last.end }];
}

/** Inserts lines after the last heading or key: the comments after it may belong to the next section. */
function inserted(body: Line[], added: string[]): Line[] {
  if (added.length === 0) return body;
  const at = body.findLastIndex(({ text }, index) => index === 0 || !/^\s*([#;].*)?$/s.test(text)) + 1;
  const before = body.slice(0, at);
  const last = before.at(-1) ?? { text: "", end: "\n" };
  const newLine = last.end || body[0]?.end || "\n";
  const texts = added.map((text) => ({ text, end: newLine }));
  const final = texts.at(-1);
  if (final !== undefined) final.end = last.end;
  return [...before.slice(0, -1), { text: last.text, end: newLine }, ...texts, ...body.slice(at)];
}

/** `AWS_Key : old` -> `AWS_Key : new` */
function assigned(line: string, value: string): string {
  const [, before = "", delimiter = "", after = ""] = /^([^=:]*)([=:])(\s*)/.exec(line) ?? [];
  const hasValue = line.slice(before.length + delimiter.length).trim() !== "";
  return `${before}${delimiter}${hasValue || after !== "" ? after : " "}${value}`;
}

function assignments(edit: Edit, isMissing: (key: string) => boolean = () => true): string[] {
  return Object.entries(edit).flatMap(([key, value]) =>
    value === undefined || !isMissing(key) ? [] : [`${key} = ${value}`],
  );
}

const join = (lines: Line[]): string => lines.map(({ text, end }) => `${text}${end}`).join("");
