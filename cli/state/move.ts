import { readFile } from "node:fs/promises";
import { join } from "node:path";

import writeFileAtomic from "write-file-atomic";

import { cancellable } from "../engine/interrupt.ts";
import { passphraseEnvironment, requirePassphrase } from "../engine/passphrase.ts";
import { Failure } from "../failure.ts";
import { withBackendUrl } from "../project/backend-text.ts";
import { openProjects } from "../project/project.ts";
import { confirmChange } from "../terminal/ask.ts";
import { Copy, retire, type Source } from "./copy.ts";
import { lock, type Lock } from "./lock.ts";
import { checkPlace, requireBackendUrl } from "./place.ts";
import { requireSecretsProvider } from "./secrets-provider.ts";
import { secretsIn, withSecretsKeys } from "./secrets-keys.ts";

export interface MoveOptions {
  /** The directory in or above which the project is. */
  from: string;
  to: string;
  secretsProvider: string | undefined;
  yes: boolean;
}

export interface Move {
  from: string;
  to: string;
  stacks: MovedStack[];
  /** The files that were edited, and have to be committed. */
  files: string[];
  /** What the administrator should know of the new place. */
  warnings: string[];
}

export interface MovedStack {
  stack: string;
  resources: number;
  /** The name under which the old place still has it; nothing, where it could not be renamed. */
  keptAs: string | undefined;
}

/**
 * Moves the state of every stack of a project, since they share the backend that `Pulumi.yaml` names. Until the last one
 * has been copied and compared, nothing but copies is made; then the files are edited, and the old states renamed.
 */
export async function moveState({ from, to, secretsProvider, yes }: MoveOptions): Promise<Move> {
  requireBackendUrl("--to", to);
  requireSecretsProvider(secretsProvider);
  if (process.env["PULUMI_BACKEND_URL"]) {
    throw new Failure(
      "PULUMI_BACKEND_URL names the place of the state, so that an edited Pulumi.yaml would not count.",
      "Write that place into Pulumi.yaml (backend: url), unset the variable, and run the command again.",
    );
  }
  const projects = await openProjects(from);
  const [{ backendUrl, directory }] = projects;
  if (backendUrl === to) throw new Failure(`The state is kept in ${to} already.`, "Name another place in --to.");
  const warnings = await checkPlace({ backendUrl: to, secretsProvider });
  const sources: Source[] = [];
  for (const project of projects) {
    await requirePassphrase(project);
    sources.push({ project, secrets: await passphraseEnvironment(project) });
  }
  const copies: Copy[] = [];
  const locks: Lock[] = [];
  try {
    for (const source of sources) copies.push(await Copy.prepare(source, to, secretsProvider));
    const names = projects.map(({ stack }) => `"${stack}"`).join(", ");
    await confirmChange(`Move the state of ${names} from ${backendUrl} to ${to}?`, yes);
    for (const project of projects) {
      const own = await lock(project);
      if (own !== undefined) locks.push(own);
    }
    const resources = await copyAll(sources, copies, backendUrl);
    const files = await edit(directory, to, sources, copies);
    await release(locks);
    const stacks: MovedStack[] = [];
    for (const [index, source] of sources.entries()) {
      const { stack } = source.project;
      stacks.push({ stack, resources: resources[index] ?? 0, keptAs: await retireOrWarn(source, warnings) });
    }
    return { from: backendUrl, to, stacks, files, warnings };
  } finally {
    await release(locks);
    for (const copy of copies) await copy.close();
  }
}

/** All or none: what has been copied is taken away again when anything fails, or Ctrl-C comes. */
async function copyAll(sources: Source[], copies: Copy[], from: string): Promise<number[]> {
  const interrupt = new AbortController();
  const stay = `The state is where it was: ${from}.`;
  try {
    return await cancellable(
      () => {
        interrupt.abort();
      },
      async () => {
        const resources: number[] = [];
        for (const [index, copy] of copies.entries()) {
          const source = sources[index];
          if (source !== undefined) resources.push(await copy.make(source));
          if (interrupt.signal.aborted) throw new Failure("Interrupted.");
        }
        return resources;
      },
    );
  } catch (error) {
    for (const copy of copies) {
      // Whatever is left there is found, and replaced, by the next attempt.
      await copy.remove().catch(() => undefined);
    }
    if (interrupt.signal.aborted)
      throw new Failure(`Interrupted. ${stay}`, "Run mfa-admin state move again.", { cause: error });
    throw error;
  }
}

/** The step that counts comes last: `Pulumi.yaml` names the new place. */
async function edit(directory: string, to: string, sources: Source[], copies: Copy[]): Promise<string[]> {
  const files: string[] = [];
  const write = async (path: string, change: (text: string) => string): Promise<void> => {
    const before = await readFile(path, "utf8");
    const after = change(before);
    if (after === before) return;
    await writeFileAtomic(path, after);
    files.push(path);
  };
  for (const [index, { project }] of sources.entries()) {
    const keys = (await copies[index]?.secretsKeys()) ?? {};
    await write(project.settingsFile, (text) =>
      JSON.stringify(secretsIn(text)) === JSON.stringify(keys) ? text : withSecretsKeys(text, keys),
    );
  }
  await write(join(directory, "Pulumi.yaml"), (text) => withBackendUrl(text, to));
  return files;
}

async function retireOrWarn(source: Source, warnings: string[]): Promise<string | undefined> {
  try {
    return await retire(source);
  } catch (error) {
    const { stack, backendUrl } = source.project;
    warnings.push(
      `The old state of the stack "${stack}" could not be renamed: ${(error as Error).message} ` +
        `Whoever has the old Pulumi.yaml could go on with it: rename or delete it in ${backendUrl}.`,
    );
    return undefined;
  }
}

async function release(locks: Lock[]): Promise<void> {
  for (const own of locks.splice(0)) await own.remove();
}
