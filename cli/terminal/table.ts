import Table from "cli-table3";

/** No lines: columns apart by spaces. */
const chars: Record<string, string> = { middle: " " };
for (const side of ["top", "bottom", "left", "right", "mid"]) {
  for (const name of [side, `${side}-mid`, `${side}-left`, `${side}-right`, `left-${side}`, `right-${side}`]) {
    chars[name] = "";
  }
}

/** A plain table: a line of headings and a line per row, nothing drawn. */
export function plainTable(head: string[], rows: string[][]): string {
  const table = new Table({ head, chars, style: { head: [], border: [], "padding-left": 0, "padding-right": 1 } });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
