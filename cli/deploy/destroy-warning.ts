import type { Stack } from "../engine/automation.ts";
import type { StackBefore } from "../preview/guards.ts";
import { readStackBefore } from "../preview/state-before.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";

/** What a deletion of everything deletes, by the stack's state: the settings may name others. */
export async function destroyWarning(stack: Stack, project: Project): Promise<string> {
  return warningOf(await readStackBefore(stack, project), project);
}

export function warningOf(
  { developers, organizationalUnits }: Pick<StackBefore, "developers" | "organizationalUnits">,
  project: StackName,
): string {
  const { size: count } = new Set(developers);
  const parts = [
    ...(count === 0 ? [] : [count === 1 ? "1 developer" : `${count} developers`]),
    ...(organizationalUnits.length === 0 ? [] : ["the service control policy"]),
  ];
  const what = parts.length === 0 ? "what is left" : parts.join(" and ");
  return `This deletes ${what} of the stack "${stackReference(project)}".`;
}
