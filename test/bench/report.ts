import Table from "cli-table3";

import type { Sides } from "./measure.ts";

/** One line of the report. Both sides are medians, in the unit given. */
export interface Row {
  what: string;
  quantity: string;
  unit: "s" | "MB" | "";
  ours: number;
  /** The number that ours is compared with; undefined where ours counts alone. */
  bare?: number;
  ratio?: number;
  /** The highest ratio aimed at, or the highest number without a comparison; undefined where the line is for information. */
  aim?: number;
  met?: boolean;
}

/** A line that compares the two sides by their ratio. */
export function comparison(
  labels: Pick<Row, "what" | "quantity" | "unit">,
  { ours, bare }: Sides<number>,
  aim?: number,
): Row {
  const ratio = rounded(ours / bare);
  return {
    ...labels,
    ours: rounded(ours),
    bare: rounded(bare),
    ratio,
    ...(aim !== undefined && { aim, met: ratio <= aim }),
  };
}

/** A line with a number that must not exceed the aim. */
export function limit(labels: Pick<Row, "what" | "quantity" | "unit">, ours: number, aim: number): Row {
  return { ...labels, ours, aim, met: ours <= aim };
}

export function table(rows: Row[]): string {
  const table = new Table({
    head: ["What", "", "Ours", "Bare", "Ratio", "Aim", ""],
    colAligns: ["left", "left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  let previous = "";
  for (const { what, quantity, unit, ours, bare, ratio, aim, met } of rows) {
    table.push([
      what === previous ? "" : what,
      quantity,
      withUnit(ours, unit),
      bare === undefined ? "" : withUnit(bare, unit),
      ratio === undefined ? "" : ratio.toFixed(2),
      aim === undefined ? "" : `at most ${aim}`,
      met === undefined ? "" : met ? "met" : "not met",
    ]);
    previous = what;
  }
  return table.toString();
}

function withUnit(value: number, unit: Row["unit"]): string {
  if (unit === "s") return `${value.toFixed(value < 1 ? 3 : 1)} s`;
  return `${Math.round(value)} ${unit}`.trim();
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
