import type { Project } from "../project/project.ts";
import { readStateFile } from "../state/checkpoint.ts";
import { absoluteUrl } from "../state/state-directory.ts";
import type { Stack } from "./automation.ts";
import { runPulumi } from "./pulumi-process.ts";

/** A stack's state, from {@link Stack.exportStack}: its secrets are in plain text, unless the function says "sealed". */
export interface State {
  version: number;
  deployment?: unknown;
}

/** Replaces the state of a stack. The Automation API's own import would put the secrets into a temporary file. */
export async function importState(stack: Stack, state: State): Promise<void> {
  const { workDir, envVars } = stack.workspace;
  const project: Pick<Project, "stack" | "backendUrl"> = {
    stack: stack.name,
    backendUrl: envVars["PULUMI_BACKEND_URL"] ?? "",
  };
  await runPulumi(["stack", "import"], project, { directory: workDir, env: envVars, input: JSON.stringify(state) });
}

/**
 * A stack's state with its secrets encrypted as they are stored: neither passphrase nor key is needed. A state file in a directory
 * or a bucket is read as it is.
 *
 * @param signal ends the Pulumi CLI, where it is asked
 */
export async function exportSealed(project: Project, signal?: AbortSignal): Promise<State> {
  const file = await readStateFile(project);
  if (file?.checkpoint !== undefined) return { version: file.version ?? 0, deployment: file.checkpoint.latest };
  const env = { PULUMI_BACKEND_URL: absoluteUrl(project), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const options = { directory: project.directory, env, ...(signal !== undefined && { signal }) };
  return JSON.parse(await runPulumi(["stack", "export"], project, options)) as State;
}
