import { stringify } from "yaml";

import type { Project } from "../project/project.ts";
import type { OutputsResult } from "../results/outputs.ts";
import { openStack } from "./stack.ts";

/** A stack's outputs, by their names. */
export async function stackOutputs(project: Project): Promise<OutputsResult> {
  const stack = await openStack(project);
  return Object.fromEntries(Object.entries(await stack.outputs()).map(([name, { value }]) => [name, value as unknown]));
}

/** The outputs for people, as YAML. */
export function outputsText(outputs: OutputsResult): string {
  return Object.keys(outputs).length === 0
    ? "There are no outputs yet. Run mfa-admin up."
    : stringify(outputs).trimEnd();
}
