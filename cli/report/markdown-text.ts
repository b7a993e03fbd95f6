import { oneLine } from "../terminal/one-line.ts";

/** Text that is safe in a comment on GitHub, whoever has chosen the names in it. */

/**
 * A code span: nothing in it is taken for a mention, a link, an emphasis or HTML. The fence is longer than any in the
 * text.
 */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === "") return "(empty)";
  const fence = "`".repeat(1 + longestFence(line));
  const padding = line.includes("`") || line.trim() !== line ? " " : "";
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A block of lines as they are, shown as GitHub shows that language; no line of them ends it. */
export function block(language: "diff" | "text", lines: string[], indentation = ""): string {
  const fence = "`".repeat(Math.max(3, 1 + longestFence(lines.join("\n"))));
  return [`${fence}${language}`, ...lines, fence].map((line) => `${indentation}${line}`).join("\n");
}

function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** A row of a table; a bar would end its cell even in code. */
export function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** A part of a comment: what introduces it, its lines, and how those are told that do not fit. */
export interface MarkdownSection {
  head: string;
  lines: string[];
  /** What the lines are, to be counted: "row". */
  noun: string;
}

/**
 * Puts sections together up to a length in characters. A line is in whole or not at all; those left out are counted at
 * the end of their section. The smallest sections come first to their room, the largest share what is left.
 */
export function fitted(opening: string, sections: MarkdownSection[], closing: string, limit: number): string {
  const filled = sections.filter(({ lines }) => lines.length > 0);
  const texts = new Map<MarkdownSection, string>();
  let room = limit - opening.length - closing.length;
  for (const section of filled.toSorted((a, b) => wholeBlock(a).length - wholeBlock(b).length)) {
    const text = fittedSection(section, Math.floor(room / (filled.length - texts.size)));
    room -= text.length;
    texts.set(section, text);
  }
  return opening + filled.map((section) => texts.get(section)).join("") + closing;
}

function wholeBlock({ head, lines }: MarkdownSection): string {
  return `${head}${lines.join("\n")}\n\n`;
}

function fittedSection(section: MarkdownSection, room: number): string {
  const { head, lines, noun } = section;
  if (wholeBlock(section).length <= room) return wholeBlock(section);
  let left = room - head.length - leftOut(lines.length, noun).length;
  const longest = left / 2;
  const shown: string[] = [];
  for (const line of lines) {
    if (line.length < left) {
      shown.push(`${line}\n`);
      left -= line.length + 1;
      // Shorter ones are not to be missed for one that is very long; of many alike, the first are shown.
    } else if (line.length < longest) break;
  }
  const rest = leftOut(lines.length - shown.length, noun);
  return shown.length === 0 ? rest.trimStart() : `${head}${shown.join("")}${rest}`;
}

function leftOut(count: number, noun: string): string {
  const what = count === 1 ? `1 more ${noun} does` : `${count.toLocaleString("en")} more ${noun}s do`;
  return `\n*${what} not fit here; \`--format json\` has everything.*\n\n`;
}
