import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

import { Failure } from "../failure.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";
import { readIfThere, type StateFiles, stateFilesOf } from "./state-files.ts";
import { requireCurrentLayout } from "./layout.ts";
import { localStateDirectory } from "./state-directory.ts";
import { tell } from "../terminal/tell.ts";
import type { LockHolder } from "../results/cancel.ts";

/** A lock file: there is one for each run that is under way, and only one run may be. */
export interface Lock {
  path: string;
  holder: LockHolder;
  remove(): Promise<void>;
}

type LockedProject = Pick<Project, "name" | "stack" | "backendUrl" | "directory">;

/**
 * Refuses a stack that another run works on, before anything is done: the engine itself looks only when it starts. A lock
 * that a run on this machine has left when it died is released. Only for a state in a directory or in S3; other backends
 * are left to the engine.
 */
export async function requireUnlocked(project: LockedProject): Promise<void> {
  const locks = await locksOf(project);
  if (locks.length === 0) return;
  const holders = locks.map(({ holder }) => holder);
  if (!holders.every((holder) => hasEnded(project, holder))) throw lockedBy(project, holders);
  for (const lock of locks) await lock.remove();
  tell(`Released the lock of a run that has ended without doing so: ${holders.map(nameOf).join("; ")}.`);
}

/** Whether the state's locks are files that {@link locksOf} sees; a server keeps its own. */
export function keepsLocks(project: LockedProject): boolean {
  return stateFilesOf(project) !== undefined;
}

/** The locks of a stack. None, where a server keeps the state: it knows by itself when a run has died. */
export async function locksOf(project: LockedProject): Promise<Lock[]> {
  const files = stateFilesOf(project);
  if (files === undefined) return [];
  await requireCurrentLayout(project);
  const paths = (await files.list(lockDirectory(project))).filter((path) => path.endsWith(".json"));
  const locks = await Promise.all(paths.map((path) => readLock(files, path)));
  return locks.filter((lock) => lock !== undefined);
}

/** Nothing, when the run has ended meanwhile and taken its lock away. */
async function readLock(files: StateFiles, path: string): Promise<Lock | undefined> {
  const text = await readIfThere(files, path);
  return text === undefined ? undefined : { path, holder: holderIn(text), remove: () => files.remove(path) };
}

/** Somebody unknown, where a power cut has left the file empty or cut off. */
function holderIn(text: string): LockHolder {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return { username: "unknown", hostname: "unknown", pid: 0, timestamp: "unknown" };
  }
}

/** A user whom the password file does not have has no name but that of the environment. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] ?? "unknown";
  }
}

/** Locks a stack as Pulumi does; nothing, where a server keeps the state. @throws Failure when a run is under way */
export async function lock(project: LockedProject): Promise<Lock | undefined> {
  await requireUnlocked(project);
  const files = stateFilesOf(project);
  if (files === undefined) return undefined;
  const holder: LockHolder = {
    pid: process.pid,
    username: userName(),
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  const path = `${lockDirectory(project)}/${randomUUID()}.json`;
  await files.write(path, JSON.stringify(holder));
  const own: Lock = { path, holder, remove: () => files.remove(path) };
  // Whoever has looked and locked meanwhile sees this lock now, as this one sees theirs.
  const others = (await locksOf(project)).filter((other) => other.path !== path);
  if (others.length === 0) return own;
  await own.remove();
  throw lockedBy(
    project,
    others.map((other) => other.holder),
  );
}

/** Another run works on the stack. */
export class Locked extends Failure {}

/** The refusal, naming the holders. */
export function lockedBy(project: StackName, holders: LockHolder[], cause?: unknown): Locked {
  const names = holders.map(nameOf).join("; ");
  return new Locked(
    `The stack "${stackReference(project)}" is locked by another run${names === "" ? "" : `: ${names}`}.`,
    "Wait for it to end. If it is no longer running, release the lock with mfa-admin cancel.",
    { cause },
  );
}

/** For one: "carol@host, process 4711, since 2026-01-02T03:04:05Z". */
export function nameOf({ username, hostname, pid, timestamp }: LockHolder): string {
  if (pid === 0) return "somebody whose lock is empty or cut off";
  // Pulumi writes nanoseconds.
  return `${username}@${hostname}, process ${pid}, since ${timestamp.replace(/\.\d+/, "")}`;
}

function lockDirectory({ name, stack }: Pick<Project, "name" | "stack">): string {
  return [".pulumi", "locks", "organization", name, stack].join("/");
}

/**
 * Whether the holder has died for certain. A state in a directory is used by the processes of this machine; one in S3 also
 * by machines of the same name, as the runners of a CI often have, whose processes cannot be seen from here.
 */
function hasEnded(
  place: Pick<Project, "backendUrl" | "directory">,
  { hostname: host, pid }: Pick<LockHolder, "hostname" | "pid">,
): boolean {
  if (localStateDirectory(place) === undefined || host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Whether a process has ended, and nobody has asked yet how: in a container whose first process is no init, where such ones
 * stay, and on a machine that is busy. Linux tells in proc(5); elsewhere it is not known.
 */
function isZombie(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // "4711 (any (name)) Z ..."
    return /^[ZX]/.test(status.slice(status.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
