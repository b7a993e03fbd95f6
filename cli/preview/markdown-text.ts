/** Text that is safe in a comment on GitHub, whoever has chosen the names in it. */

/**
 * A code span: nothing in it is taken for a mention, a link, an emphasis or HTML. The fence is longer than any in the
 * text.
 */
export function code(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
  if (line === "") return "(empty)";
  const fence = "`".repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const padding = line.includes("`") || line.trim() !== line ? " " : "";
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A row of a table; a bar would end its cell even in code. */
export function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** A part of a comment: what introduces it, its lines, and how those are told that do not fit. */
export interface Section {
  head: string;
  lines: string[];
  /** What the lines are, to be counted: "row". */
  noun: string;
}

/**
 * Puts sections together up to a length in characters. A line is in whole or not at all; those left out are counted at
 * the end of their section. Each section gets an equal share, and what one leaves over goes to the next ones.
 */
export function fitted(opening: string, sections: Section[], closing: string, limit: number): string {
  const filled = sections.filter(({ lines }) => lines.length > 0);
  let room = limit - opening.length - closing.length;
  let left = filled.length;
  const texts = filled.map((section) => {
    const text = fittedSection(section, Math.floor(room / left--));
    room -= text.length;
    return text;
  });
  return opening + texts.join("") + closing;
}

function fittedSection({ head, lines, noun }: Section, room: number): string {
  const whole = `${head}${lines.join("\n")}\n\n`;
  if (whole.length <= room) return whole;
  let length = head.length + leftOut(lines.length, noun).length;
  const kept = lines.findIndex((line) => (length += line.length + 1) > room);
  const shown = lines.slice(0, Math.max(0, kept));
  return `${head}${shown.map((line) => `${line}\n`).join("")}${leftOut(lines.length - shown.length, noun)}`;
}

function leftOut(count: number, noun: string): string {
  const what = count === 1 ? `1 more ${noun} does` : `${count.toLocaleString("en")} more ${noun}s do`;
  return `\n*${what} not fit here; \`--format json\` has everything.*\n\n`;
}
