import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Stack } from "./automation.ts";

/** The part of a Pulumi deployment (version 3), as `stack.exportStack()` gives it, that repairs have to do with. */
export interface Deployment {
  resources: Resource[];
  /** What earlier runs had begun when they died. */
  pending_operations?: PendingOperation[];
}

export interface PendingOperation {
  type: string;
  resource: Resource;
}

export interface Resource {
  urn: string;
  id?: string;
  type: string;
  custom: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  provider?: string;
  protect?: boolean;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  /** Why the resource is not as it should be. */
  initErrors?: string[];
}

/**
 * Edits the stack's state.
 *
 * @param edit says whether it has changed anything. Pulumi forgets every pending operation when it takes the state back:
 * an edit has to settle them.
 */
export async function editState(stack: Stack, edit: (deployment: Deployment) => Promise<boolean>): Promise<void> {
  const state = await stack.exportStack();
  if (await edit(state.deployment as Deployment)) await importState(stack, state);
}

/**
 * What `stack.importStack()` does, but by a file that nobody else can read and that is gone afterwards: an exported state
 * shows its secrets.
 */
async function importState({ name, workspace }: Stack, state: unknown): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-"));
  try {
    const file = join(directory, "state.json");
    await writeFile(file, JSON.stringify(state), { mode: 0o600 });
    await promisify(execFile)(
      workspace.pulumiCommand.command,
      ["stack", "import", "--file", file, "--stack", name, "--non-interactive"],
      { cwd: workspace.workDir, env: { ...process.env, ...workspace.envVars } },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** How Pulumi marks a secret in a deployment (`resource.SigKey`, `resource.SecretSig`). */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The outputs of a resource with what the aws-native plugin keeps among them, as a secret: the inputs that it compares
 * AWS with at the next refresh or update.
 */
export function withKeptInputs(
  outputs: Record<string, unknown>,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  return { ...outputs, __inputs: { [signature]: secret, plaintext: JSON.stringify(inputs) } };
}
