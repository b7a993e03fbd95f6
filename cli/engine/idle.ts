import { listStacks, type ListedStack } from "./stack.ts";
import type { Project } from "../project/project.ts";
import { keepsLocks, lockedBy, ensureUnlocked } from "../state/stack-lock.ts";

/** Does as {@link ensureUnlocked}, wherever the state is kept. @throws Locked when a run is under way */
export async function ensureNoOtherRun(project: Project): Promise<void> {
  await ensureUnlocked(project);
  if (!keepsLocks(project)) requireIdle(project, await listStacks(project));
}

/** Refuses a stack that a run works on, where a server knows of it: there is no lock that could be taken. */
export function requireIdle(project: Project, stacks: ListedStack[], name = project.stack): void {
  if (stacks.some((stack) => stack.name === name && stack.updateInProgress)) throw lockedBy(project, []);
}
