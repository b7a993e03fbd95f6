import type { Project } from "../project/project.ts";
import { checkpointPath, type StateFile } from "../state/checkpoint.ts";
import { absoluteUrl } from "../state/state-directory.ts";
import { readIfThere, stateFilesOf } from "../state/state-files.ts";
import type { Stack } from "./automation.ts";
import { runPulumi } from "./pulumi-process.ts";

/** A stack's state, as {@link Stack.exportStack} gives it: its secrets in the clear, unless it is said to be sealed. */
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
 * A stack's state with its secrets sealed as they are kept: nothing that opens them is needed. A file of a directory or a bucket is
 * read as it is, which is a good deal faster than to have it exported.
 */
export async function exportSealed(project: Project): Promise<State> {
  const noted = await sealedFile(project);
  if (noted !== undefined) return noted;
  const env = { PULUMI_BACKEND_URL: absoluteUrl(project), PULUMI_SKIP_UPDATE_CHECK: "true" };
  return JSON.parse(await runPulumi(["stack", "export"], project, { directory: project.directory, env })) as State;
}

/** Nothing, where a server keeps the state, or it is compressed. */
async function sealedFile(project: Project): Promise<State | undefined> {
  const files = stateFilesOf(project);
  const text = files && (await readIfThere(files, checkpointPath(project)));
  if (text === undefined) return undefined;
  const { version, checkpoint } = JSON.parse(text) as StateFile & { version: number };
  return { version, deployment: checkpoint?.latest };
}
