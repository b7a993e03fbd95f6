import { type StackName, stackReference } from "../project/project.ts";

/** The new name of a stack whose state was moved away, such as main-moved-20260102T030405. */
export function retiredName(stack: string, time: Date): string {
  return prefix(stack) + time.toISOString().replace(/[-:]|\..*/g, "");
}

/** Whether a name is that of an old state of the stack. */
export function isRetired(name: string, stack: string): boolean {
  return name.startsWith(prefix(stack)) && /-\d{8}T\d{6}$/.test(name) && name.length === prefix(stack).length + 15;
}

/** The command that takes an old state back into use, for a move that was not finished. */
export function commandBack(project: StackName, keptAs: string): string {
  return `pulumi stack rename ${stackReference(project)} --stack ${stackReference({ ...project, stack: keptAs })}`;
}

/** The prefix of such names, cut since Pulumi's names have 100 characters at most. */
function prefix(stack: string): string {
  return `${stack.slice(0, 78)}-moved-`;
}
