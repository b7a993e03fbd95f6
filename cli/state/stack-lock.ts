import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

import { Failure } from "../failure.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";
import { isServer } from "../project/server.ts";
import { readIfThere, type StateFiles, stateFilesOf } from "./state-files.ts";
import { requireCurrentLayout } from "./layout.ts";
import { localStateDirectory } from "./state-directory.ts";
import { tell } from "../terminal/tell.ts";
import type { LockHolder } from "../results/cancel.ts";

/** A lock file of a stack. Each run in progress has one, and only one run may be in progress. */
export interface Lock {
  path: string;
  holder: LockHolder;
  remove(): Promise<void>;
}

type LockedProject = Pick<Project, "name" | "stack" | "backendUrl" | "directory">;

/**
 * Releases locks of runs that have died on this machine, and refuses a stack that is locked by another run. The engine itself looks only
 * when it starts. This works for states in a directory or in S3; other backends are left to the engine.
 *
 * @throws Locked when another run is in progress
 */
export async function ensureUnlocked(project: LockedProject): Promise<void> {
  const locks = await locksOf(project);
  requireNoLivingRun(project, locks);
  await releaseDeadLocks(locks);
}

/** @throws Locked, naming every holder, when one of them may still be running */
function requireNoLivingRun(project: LockedProject, locks: Lock[]): void {
  const holders = locks.map(({ holder }) => holder);
  if (!holders.every((holder) => hasEnded(project, holder))) throw lockedBy(project, holders);
}

/** Releases the locks of runs that have ended. */
async function releaseDeadLocks(locks: Lock[]): Promise<void> {
  if (locks.length === 0) return;
  for (const lock of locks) await lock.remove();
  const holders = locks.map(({ holder }) => holderText(holder)).join("; ");
  tell(`Released the lock of a run that has ended without doing so: ${holders}.`);
}

/** Whether the backend's locks are files that {@link locksOf} sees; a server has locks of its own. */
export function keepsLocks(project: LockedProject): boolean {
  return stateFilesOf(project) !== undefined;
}

/** Whether a run that is under way can be seen: by its lock's file, or on a server. In other buckets (gs://, azblob://) the engine alone sees locks. */
export function seesRuns(project: LockedProject): boolean {
  return keepsLocks(project) || isServer(project.backendUrl);
}

/** The locks of a stack; empty where a server keeps the state, which itself notices when a run has died. */
export async function locksOf(project: LockedProject): Promise<Lock[]> {
  const files = stateFilesOf(project);
  if (files === undefined) return [];
  await requireCurrentLayout(project);
  const paths = (await files.list(lockDirectory(project))).filter((path) => path.endsWith(".json"));
  const locks = await Promise.all(paths.map((path) => readLock(files, path)));
  return locks.filter((lock) => lock !== undefined);
}

/** The holders of a stack's locks who may still be running: the next run releases the locks of the others. */
export async function livingHolders(project: LockedProject): Promise<LockHolder[]> {
  return (await locksOf(project)).map(({ holder }) => holder).filter((holder) => !hasEnded(project, holder));
}

/** Reads a lock; undefined when its run has ended and removed it meanwhile. */
async function readLock(files: StateFiles, path: string): Promise<Lock | undefined> {
  const text = await readIfThere(files, path);
  return text === undefined ? undefined : { path, holder: holderIn(text), remove: () => files.remove(path) };
}

/** The holder in a lock file; an unknown one where a power cut has left the file empty or truncated. */
function holderIn(text: string): LockHolder {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return { username: "unknown", hostname: "unknown", pid: 0, timestamp: "unknown" };
  }
}

/** The name of this process's user; for a user without an entry in the password file, the name in the environment. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] ?? "unknown";
  }
}

/** Locks a stack as Pulumi does; undefined where a server keeps the state. @throws Locked when another run is in progress */
export async function lock(project: LockedProject): Promise<Lock | undefined> {
  await ensureUnlocked(project);
  const files = stateFilesOf(project);
  if (files === undefined) return undefined;
  const holder: LockHolder = {
    pid: process.pid,
    username: loginName(),
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  const path = `${lockDirectory(project)}/${randomUUID()}.json`;
  await files.write(path, JSON.stringify(holder));
  const own: Lock = { path, holder, remove: () => files.remove(path) };
  // The second look finds a run that has locked meanwhile, as that run's second look finds this lock.
  const others = (await locksOf(project)).filter((other) => other.path !== path);
  if (others.length === 0) return own;
  await own.remove();
  throw lockedBy(
    project,
    others.map((other) => other.holder),
  );
}

/** The error for a stack that another run has locked. */
export class Locked extends Failure {}

/** The error with the names of the lock's holders. */
export function lockedBy(project: StackName, holders: LockHolder[], cause?: unknown): Locked {
  const names = holders.map(holderText).join("; ");
  return new Locked(
    `The stack "${stackReference(project)}" is locked by another run${names === "" ? "" : `: ${names}`}.`,
    "Wait for it to end. If it is no longer running, release the lock with mfa-admin cancel.",
    { cause },
  );
}

/** A lock's holder as a text: "carol@host, process 4711, since 2026-01-02T03:04:05Z". */
export function holderText({ username, hostname, pid, timestamp }: LockHolder): string {
  if (pid === 0) return "somebody whose lock is empty or cut off";
  // Pulumi writes nanoseconds.
  return `${username}@${hostname}, process ${pid}, since ${timestamp.replace(/\.\d+/, "")}`;
}

function lockDirectory({ name, stack }: Pick<Project, "name" | "stack">): string {
  return [".pulumi", "locks", "organization", name, stack].join("/");
}

/**
 * Whether the holder has certainly died. Only processes of this machine use a state in a directory. A state in S3 may be used by another
 * machine of the same name, as CI runners often have, whose processes cannot be seen from here.
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
 * Whether a process is a zombie: it has ended, but its parent has not waited for it. This happens in a container whose first process is no
 * init, and on a busy machine. Linux tells in proc(5); elsewhere it is not known.
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
