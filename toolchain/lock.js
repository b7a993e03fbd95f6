/**
 * A lock between processes, so that two set-ups at once do the work once. Nothing has to be cleaned up after a crash.
 *
 * A lock is a directory of numbered files. The process that made the highest number holds the lock, or was the last to hold it. The lock is
 * free when that process has released it (the file's time is set to zero), is dead, or has not touched the file for a while. The next owner
 * makes the next number, which only one process can. The highest number is never deleted, so nobody can take it twice.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const touchInterval = 5_000;
const abandonedAfter = 30_000;
const pollInterval = 200;

/**
 * Runs `work` while holding the lock. Other processes must not be kept from it by a blocked event loop, so `work` must not
 * call anything synchronous that takes long.
 * @template T
 * @param {string} directory of the lock: made when it is absent
 * @param {() => void} onWait called once if somebody else holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(directory, onWait, work) {
  mkdirSync(directory, { recursive: true });
  let waited = false;
  let mine = take(directory);
  while (mine === undefined) {
    if (!waited) onWait();
    waited = true;
    await sleep(pollInterval);
    mine = take(directory);
  }

  const file = mine;
  const touch = setInterval(() => {
    setTime(file, Date.now());
  }, touchInterval);
  const release = () => {
    setTime(file, 0);
  };
  // A signal handler ends the process with process.exit(), which skips the `finally`.
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    process.removeListener("exit", release);
    release();
  }
}

/**
 * @param {string} directory
 * @returns {string | undefined} the file that is this process's hold on the lock, if it was free
 */
function take(directory) {
  const highest = Math.max(0, ...numbers(directory));
  if (highest > 0 && isHeld(join(directory, `${highest}`))) return undefined;

  const next = join(directory, `${highest + 1}`);
  // The file is written under another name and linked: it is complete from the start, and linking fails if the number exists.
  const draft = join(directory, `draft-${process.pid}`);
  writeFileSync(draft, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    linkSync(draft, next);
  } catch (error) {
    if (isCode(error, "EEXIST")) return undefined;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }

  // Other processes may have taken later numbers since the directory was read, and deleted the number that was taken here.
  const later = numbers(directory);
  if (later.some((number) => number > highest + 1)) {
    rmSync(next, { force: true });
    return undefined;
  }
  for (const number of later.filter((number) => number <= highest)) {
    rmSync(join(directory, `${number}`), { force: true });
  }
  return next;
}

/**
 * @param {string} directory
 * @returns {number[]}
 */
function numbers(directory) {
  return readdirSync(directory)
    .map(Number)
    .filter((number) => Number.isInteger(number));
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isHeld(file) {
  try {
    if (statSync(file).mtimeMs < Date.now() - abandonedAfter) return false;
    /** @type {unknown} */
    const owner = JSON.parse(readFileSync(file, "utf8"));
    return !(isOwner(owner) && owner.host === hostname() && isDead(owner.pid));
  } catch (error) {
    // The file was deleted: another process has just taken the next number.
    if (isCode(error, "ENOENT")) return true;
    throw error;
  }
}

/**
 * @param {unknown} value
 * @returns {value is { pid: number, host: string }}
 */
function isOwner(value) {
  return typeof value === "object" && value !== null && "pid" in value && "host" in value;
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isDead(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isCode(error, "ESRCH");
  }
}

/**
 * @param {string} file
 * @param {number} time
 */
function setTime(file, time) {
  try {
    utimesSync(file, new Date(time), new Date(time));
  } catch {
    // Another process found the lock abandoned, or the cache was deleted: there is nothing left to hold.
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 * @returns {boolean}
 */
function isCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
