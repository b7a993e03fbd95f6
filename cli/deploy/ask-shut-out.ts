import type { Warning } from "../results/warning.ts";
import { confirmChange } from "../terminal/ask.ts";
import { tell } from "../terminal/tell.ts";
import { impactRows, impactTable } from "./impact.ts";

/** The warnings that {@link askShutOut} shows as a table. */
export const isShutOut = ({ kind }: Warning): boolean => kind === "shut-out";

/**
 * Shows whom an edit shuts out, and asks where that needs consent.
 *
 * @returns whether consent was needed, and given
 * @throws Declined when it was not given
 */
export async function askShutOut(warnings: Warning[]): Promise<boolean> {
  const rows = impactRows(warnings);
  if (rows.length === 0) return false;
  const head = "The service control policy comes to accounts in which these can do nothing without MFA from then on:";
  tell(`${head}\n${impactTable(rows, process.stderr)}\n`);
  const needed = rows.filter(({ consent }) => consent === "needed").length;
  if (needed === 0) return false;
  const used = needed === 1 ? "1 of them was" : `${needed} of them were`;
  await confirmChange(`${used} used within 90 days, or AWS does not tell. Shut them out?`, false);
  return true;
}
