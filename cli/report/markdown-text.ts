import { oneLine } from "../terminal/one-line.ts";

/** Markdown that is safe in a GitHub comment, whatever names it contains. */

/** A code span, in which GitHub sees no mention, link, emphasis or HTML. Its fence is longer than any in the text. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === "") return "(empty)";
  const fence = "`".repeat(1 + longestFence(line));
  const padding = line.includes("`") || line.trim() !== line ? " " : "";
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A fenced code block of a language, whose fence is longer than any in the lines. */
export function block(language: "diff" | "text", lines: string[], indentation = ""): string {
  const fence = "`".repeat(Math.max(3, 1 + longestFence(lines.join("\n"))));
  return [`${fence}${language}`, ...lines, fence].map((line) => `${indentation}${line}`).join("\n");
}

function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** A table row. Bars are escaped, since one would end its cell even in code. */
export function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** A section of a comment: its heading, its lines, and the noun by which omitted lines are counted. */
export interface MarkdownSection {
  head: string;
  lines: string[];
  /** The noun for a line: "row". */
  noun: string;
}

/**
 * Joins sections up to a length in characters. Lines are never cut; omitted ones are counted at the end of their section. The smallest
 * sections get their room first, and the largest share the rest.
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
      // Shorter lines are still shown after a very long one that does not fit; of lines alike, only the first are.
    } else if (line.length < longest) break;
  }
  const rest = leftOut(lines.length - shown.length, noun);
  return shown.length === 0 ? rest.trimStart() : `${head}${shown.join("")}${rest}`;
}

function leftOut(count: number, noun: string): string {
  const what = count === 1 ? `1 more ${noun} does` : `${count.toLocaleString("en")} more ${noun}s do`;
  return `\n*${what} not fit here; \`--format json\` has everything.*\n\n`;
}
