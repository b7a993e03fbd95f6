import { readdirSync, readFileSync } from "node:fs";

/** Milliseconds between two readings of the processes: long enough to slow them down hardly at all. */
const interval = 100;

/**
 * Watches the peak memory of a process and its descendants together, in megabytes. Memory that several processes share is
 * divided among them (proc(5), "Pss"). The result is undefined on systems other than Linux, which have no such /proc.
 */
export function watchMemory(pid: number): { stop: () => number | undefined } {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, kilobytesBelow(pid));
  }, interval);
  return {
    stop: () => {
      clearInterval(timer);
      return peak === 0 ? undefined : peak / 1024;
    },
  };
}

/** The proportional set size (Pss) of a process and all its descendants, in kilobytes. */
function kilobytesBelow(root: number): number {
  const processes = runningProcesses();
  const isBelow = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && isBelow(parents.get(pid)));
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  return processes.filter(({ pid }) => isBelow(pid)).reduce((sum, { pid }) => sum + proportional(pid), 0);
}

function proportional(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function runningProcesses(): { pid: number; parent: number }[] {
  return entriesOf("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const status = textOf(`/proc/${name}/status`);
      const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
      return { pid: Number(name), parent: field("PPid") };
    });
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended, or there is no /proc.
    return "";
  }
}
