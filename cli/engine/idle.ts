import { listStacks, type ListedStack } from "./stack.ts";
import type { Project } from "../project/project.ts";
import { keepsLocks, lockedBy, ensureUnlocked } from "../state/stack-lock.ts";

/** The same as {@link ensureUnlocked}, but also for a state on a server. @throws Locked when a run is under way */
export async function ensureNoOtherRun(project: Project): Promise<void> {
  await ensureUnlocked(project);
  if (!keepsLocks(project)) requireIdle(project, await listStacks(project));
}

/** @throws Locked where the server lists an update of the stack in progress: a server has no lock that could be taken */
export function requireIdle(project: Project, stacks: ListedStack[], name = project.stack): void {
  if (stacks.some((stack) => stack.name === name && stack.updateInProgress)) throw lockedBy(project, []);
}
