import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { localStateDirectory } from "./state-directory.ts";

/** Who holds a stack's lock, as Pulumi's file backend writes it. */
export interface LockHolder {
  username: string;
  hostname: string;
  pid: number;
  timestamp: string;
}

/**
 * Refuses a stack that another run works on, before anything is done: the engine itself looks only when it starts. Only
 * for a state on this machine; other backends are left to the engine.
 */
export async function requireUnlocked(project: Project): Promise<void> {
  const directory = localStateDirectory(project);
  if (directory === undefined) return;
  const holders = await holdersIn(join(directory, ".pulumi", "locks", "organization", project.name, project.stack));
  if (holders.length > 0) throw lockedBy(project, holders);
}

/** The refusal, naming the holders, and whether they are still there as far as this machine can tell. */
export function lockedBy({ stack }: Pick<Project, "stack">, holders: LockHolder[], cause?: unknown): Failure {
  const names = holders.map(
    ({ username, hostname, pid, timestamp }) => `${username}@${hostname}, process ${pid}, since ${timestamp}`,
  );
  const dead = holders.length > 0 && holders.every(hasEnded);
  return new Failure(
    `The stack "${stack}" is locked by another run${names.length > 0 ? `: ${names.join("; ")}` : ""}.`,
    dead
      ? "That process has ended without releasing the lock. Release it with mfa-admin cancel."
      : "Wait for it to end. If it is no longer running, release the lock with mfa-admin cancel.",
    { cause },
  );
}

async function holdersIn(directory: string): Promise<LockHolder[]> {
  let files: string[];
  try {
    files = await readdir(directory);
  } catch {
    return [];
  }
  const texts = await Promise.all(
    files.filter((file) => file.endsWith(".json")).map((file) => readFile(join(directory, file), "utf8")),
  );
  return texts.map((text) => JSON.parse(text) as LockHolder);
}

function hasEnded({ hostname: host, pid }: LockHolder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
