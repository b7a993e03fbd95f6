/** A module that Node loads before a measured program. It writes at the program's end which memory and CPU time were used. */
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.MFA_ADMIN_BENCH_USAGE;
// Node programs that the measured one starts do not write a report of their own.
delete process.env.MFA_ADMIN_BENCH_USAGE;

process.on("exit", () => {
  if (file === undefined) return;
  const { maxRSS } = process.resourceUsage();
  writeFileSync(file, JSON.stringify({ maxRSS, treeSeconds: secondsOfTree() }));
});

/**
 * The CPU time of this process and of the child processes that it has waited for, which at its end are all of them, in seconds
 * (proc_pid_stat(5): utime, stime, cutime, cstime, in ticks of 10 ms on Linux for every processor that Node runs on).
 *
 * @returns {number | undefined} undefined where there is no /proc
 */
function secondsOfTree() {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return undefined;
  }
}
