import { listStacks, type ListedStack } from "./stack.ts";
import type { Project } from "../project/project.ts";
import { keepsLocks, lockedBy, requireUnlocked } from "../state/stack-lock.ts";

/** Refuses a stack that another run works on, wherever its state is kept. @throws Locked */
export async function requireNoOtherRun(project: Project): Promise<void> {
  await requireUnlocked(project);
  if (!keepsLocks(project)) requireIdle(project, await listStacks(project));
}

/** Refuses a stack that a run works on, where a server knows of it: there is no lock that could be taken. */
export function requireIdle(project: Project, stacks: ListedStack[], name = project.stack): void {
  if (stacks.some((stack) => stack.name === name && stack.updateInProgress)) throw lockedBy(project, []);
}
