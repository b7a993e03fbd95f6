import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";

import { runPulumi } from "../engine/pulumi-process.ts";
import { listStacks } from "../engine/stack.ts";
import { exportSealed, type State } from "../engine/state-transfer.ts";
import { Failure } from "../failure.ts";
import { withBackendUrl, withOrganization } from "../project/backend-text.ts";
import { type Project, stackReference } from "../project/project.ts";
import { isSame, underName } from "./contents.ts";
import type { Copy, Destination, Source } from "./copy.ts";
import { requireIdle } from "../engine/idle.ts";
import { commandBack, retiredName } from "../state/retired.ts";
import { withSecretsOf } from "../state/secrets-keys.ts";
import { absoluteUrl } from "../state/state-directory.ts";

/** A stack on its way from one place to another. */
export interface StackMove {
  source: Source;
  copy: Copy;
  /** The copied state, with encrypted secrets. */
  sent?: State;
  /** The stack's new name at the old place, as soon as it is renamed. */
  keptAs?: string;
}

/**
 * Leaves the old place: renames the old states, so that nobody goes on with them, and then edits the files to name the new place. A run in
 * between is noticed by its changes. When anything fails, all is put back.
 *
 * @returns the files that were edited
 */
export async function leave(moves: StackMove[], directory: string, to: Destination): Promise<string[]> {
  const renamed: StackMove[] = [];
  const before = new Map<string, string>();
  try {
    const edits = await editsOfFiles(moves, directory, to);
    for (const move of moves) {
      renamed.push(move);
      await retire(move);
    }
    // The file that names the place is written last.
    for (const [path, { text, edited }] of edits) {
      before.set(path, text);
      await writeFileAtomic(path, edited);
    }
    return [...edits.keys()];
  } catch (error) {
    for (const [path, text] of before) await writeFileAtomic(path, text);
    await putBack(renamed, error);
    throw error;
  }
}

/** The edits that name the new place: the text before and after of each file that changes. */
async function editsOfFiles(
  moves: StackMove[],
  directory: string,
  to: Destination,
): Promise<Map<string, { text: string; edited: string }>> {
  const edits = new Map<string, { text: string; edited: string }>();
  const note = async (path: string, edit: (text: string) => string): Promise<void> => {
    const text = await readFile(path, "utf8");
    const edited = edit(text);
    if (edited !== text) edits.set(path, { text, edited });
  };
  for (const { source, copy } of moves) {
    const migrated = await copy.settingsText();
    await note(source.project.settingsFile, (text) => withSecretsOf(text, migrated));
  }
  await note(join(directory, "Pulumi.yaml"), (text) =>
    withOrganization(withBackendUrl(text, to.backendUrl), to.organization),
  );
  return edits;
}

async function retire(move: StackMove): Promise<void> {
  const { project } = move.source;
  const keptAs = retiredName(project.stack, new Date());
  move.keptAs = keptAs;
  await rename(move, project.stack, keptAs);
  requireIdle(project, await listStacks(project), keptAs);
  const kept = await exportSealed({ ...project, stack: keptAs });
  if (move.sent === undefined || isSame(move.sent, underName(kept, project.name, keptAs, project.stack))) return;
  throw new Failure(
    `Another run has changed the state of the stack "${project.stack}" while it was moved.`,
    "The state is where it was. Run mfa-admin state move again.",
  );
}

async function putBack(renamed: StackMove[], error: unknown): Promise<void> {
  for (const move of renamed) {
    const { project } = move.source;
    const { stack, backendUrl } = project;
    const { keptAs = "" } = move;
    try {
      const names = (await listStacks(project)).map(({ name }) => name);
      if (names.includes(keptAs) && !names.includes(stack)) await rename(move, keptAs, stack);
      delete move.keptAs;
    } catch (second) {
      throw new Failure(
        `${(error as Error).message}\nThe state of the stack "${stack}" is in ${backendUrl} as "${keptAs}", and could not be renamed: ${(second as Error).message}`,
        `Name it back: ${commandBack(project, keptAs)}`,
        { cause: error },
      );
    }
  }
}

/** Renames the stack from a temporary directory: Pulumi would rename a settings file beside it as well. */
async function rename({ source }: StackMove, from: string, to: string): Promise<void> {
  const project: Project = { ...source.project, stack: from };
  const env = { PULUMI_BACKEND_URL: absoluteUrl(source.project), ...source.secrets };
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-move-"));
  try {
    await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    await runPulumi(["stack", "rename", stackReference({ ...project, stack: to })], project, { directory, env });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
