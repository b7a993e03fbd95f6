/** Loaded ahead of a program that is measured: tells at its end what it has used. */
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.MFA_ADMIN_BENCH_USAGE;
// Node programs that this one starts are not measured.
delete process.env.MFA_ADMIN_BENCH_USAGE;

process.on("exit", () => {
  if (file === undefined) return;
  const { maxRSS } = process.resourceUsage();
  writeFileSync(file, JSON.stringify({ maxRSS, treeSeconds: secondsOfTree() }));
});

/**
 * The CPU time of this process and of all that it has waited for, by now everything that it has started (proc_pid_stat(5): utime, stime, cutime,
 * cstime, in ticks of 10 ms on Linux for every processor that Node runs on).
 *
 * @returns {number | undefined} nothing where there is no /proc
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
