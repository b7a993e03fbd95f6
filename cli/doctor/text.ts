import { impactTable } from "../deploy/impact.ts";
import { counted } from "../report/summary.ts";
import type { Check, Diagnosis } from "../results/doctor.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";

const marks = { ok: "ok", warning: "warning", failure: "failure", unknown: "not seen" } as const;
const colours = { ok: "green", warning: "yellow", failure: "red", unknown: "yellow" } as const;
const width = 8;

/** The diagnosis for a terminal: a line for each check with its remedy below, then the users whom the next `up` shuts out. */
export function diagnosisText(diagnosis: Diagnosis, stream: NodeJS.WriteStream): string {
  const { checks, impact } = diagnosis;
  const lines = checks.flatMap((check) => checkLines(check, stream));
  const table =
    impact.length === 0
      ? []
      : ["", "Shut out from the next up on, unless they carry MFA:", impactTable(impact, stream)];
  return [...lines, ...table, "", diagnosisSummary(diagnosis)].join("\n");
}

function checkLines({ level, fact, remedy, command }: Check, stream: NodeJS.WriteStream): string[] {
  const below = " ".repeat(width + 2);
  return [
    `${styled(colours[level], marks[level].padEnd(width), stream)}  ${oneLine(fact)}`,
    ...(remedy === undefined ? [] : [`${below}${oneLine(remedy)}`]),
    ...(command === undefined ? [] : [`${below}  ${oneLine(command)}`]),
  ];
}

/** The diagnosis in a sentence. */
export function diagnosisSummary({ checks }: Pick<Diagnosis, "checks">): string {
  const count = (level: Check["level"]): number => checks.filter((check) => check.level === level).length;
  const [failures, warnings, unknown] = [count("failure"), count("warning"), count("unknown")];
  const unseen = unknown === 0 ? "" : ` ${counted(unknown, "thing")} could not be looked at.`;
  const told = warnings === 0 ? "" : `, and ${counted(warnings, "warning")}`;
  if (failures > 0) return `${counted(failures, "failure")}${told}: up would be refused.${unseen}`;
  if (unknown > 0) return `No failure was found${told}.${unseen}`;
  return warnings === 0 ? "All is well." : `Nothing is in the way of up; ${counted(warnings, "warning")}.`;
}
