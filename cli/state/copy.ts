import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { stringify } from "yaml";

import { importState, type State } from "../engine/import-state.ts";
import { passphraseEnvironment } from "../engine/passphrase.ts";
import { runPulumi } from "../engine/pulumi-process.ts";
import { createStack, findStack, openStack } from "../engine/stack.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { isServer } from "./server.ts";
import { localStateDirectory } from "./state-directory.ts";
import { secretsIn, type SecretsKeys } from "./secrets-keys.ts";

/** A stack at its old place, and what opens its secrets. */
export interface Source {
  project: Project;
  secrets: Record<string, string>;
}

/** The same stack at its new place, as a project of its own in a temporary directory, which holds no secrets. */
export class Copy {
  readonly project: Project;
  readonly #secretsProvider: string | undefined;
  #secrets: Record<string, string> = {};
  #made = false;

  private constructor(project: Project, secretsProvider: string | undefined) {
    this.project = project;
    this.#secretsProvider = secretsProvider;
  }

  /**
   * Makes nothing at the new place yet, but asks for a passphrase where a new one is needed.
   *
   * @param secretsProvider what keeps the secrets there: what keeps them now, when left out
   */
  static async prepare(source: Source, backendUrl: string, secretsProvider: string | undefined): Promise<Copy> {
    const { project, secrets } = source;
    const now = secretsIn(await readFile(project.settingsFile, "utf8"));
    // Pulumi's own choice: a server keeps the secrets itself, everything else by a passphrase.
    const current =
      now.secretsprovider ?? (isServer(project.backendUrl) && !now.encryptionsalt ? undefined : "passphrase");
    const wanted = secretsProvider ?? current ?? (isServer(backendUrl) ? undefined : "passphrase");
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-move-"));
    const settingsFile = join(directory, `Pulumi.${project.stack}.yaml`);
    const place = absolute({ ...project, backendUrl });
    const copy = new Copy({ ...project, directory, settingsFile, backendUrl: place }, wanted);
    await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    const kept = wanted === current ? now : wanted === undefined ? {} : { secretsprovider: wanted };
    await writeFile(settingsFile, stringify(kept));
    copy.#secrets = wanted === current ? secrets : { ...secrets, ...(await passphraseEnvironment(copy.project)) };
    return copy;
  }

  /** Copies the state, and compares what has arrived with what was sent. @returns the number of resources */
  async make(source: Source): Promise<number> {
    const stack = await openStack(source.project, { secrets: source.secrets });
    const sent = await stack.exportStack();
    // Pulumi forgets them when it takes a state in.
    if (contents(sent).pending_operations.length > 0) {
      throw new Failure(
        `A run of the stack "${source.project.stack}" has died in the middle of its changes.`,
        `Run mfa-admin up --stack ${source.project.stack} to finish them, then move the state.`,
      );
    }
    await this.#requireFree(sent);
    const directory = localStateDirectory(this.project);
    if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
    this.#made = true;
    const target = await createStack(this.project, { secretsProvider: this.#secretsProvider, secrets: this.#secrets });
    await importState(target, withSecretsOf(sent, await target.exportStack()));
    if (!isSame(sent, await target.exportStack())) throw this.#different("What has arrived there is not the same");
    // Where no lock keeps other runs away, one may have changed the state meanwhile.
    if (!isSame(sent, await stack.exportStack())) throw this.#different("The old state has changed meanwhile");
    return contents(sent).resources.length;
  }

  /** What the settings file has to say of the secrets from now on. */
  async secretsKeys(): Promise<SecretsKeys> {
    return secretsIn(await readFile(this.project.settingsFile, "utf8"));
  }

  /** Takes away what {@link make} has made. */
  async remove(): Promise<void> {
    if (this.#made) await this.#run("stack", "rm", "--yes", "--force", "--preserve-config");
  }

  /** To be called at the end, whatever it was. */
  async close(): Promise<void> {
    await rm(this.project.directory, { recursive: true, force: true });
  }

  /** What an interrupted move has left there may be replaced, for it is the same or empty; nothing else. */
  async #requireFree(sent: State): Promise<void> {
    const existing = await findStack(this.project, { secrets: this.#secrets });
    if (existing === undefined) return;
    const there = await existing.exportStack();
    if (contents(there).resources.length > 0 && !isSame(sent, there)) {
      throw new Failure(
        `There is another state of the stack "${this.project.stack}" in ${this.project.backendUrl} already.`,
        "Nothing was changed. Name another place, or look at that state, and delete it by pulumi stack rm.",
      );
    }
    await this.#run("stack", "rm", "--yes", "--force", "--preserve-config");
  }

  #run(...args: string[]): Promise<string> {
    const env = { PULUMI_BACKEND_URL: this.project.backendUrl, ...this.#secrets };
    return runPulumi(args, this.project, { directory: this.project.directory, env });
  }

  #different(what: string): Failure {
    return new Failure(`${what}: the stack "${this.project.stack}" was not moved.`, "Run mfa-admin state move again.");
  }
}

/** Renames a stack at its old place, so that nobody goes on with it by mistake. @returns its new name */
export async function retire({ project, secrets }: Source): Promise<string> {
  const name = retiredName(project.stack, new Date());
  // Beside a settings file Pulumi would rename that as well.
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-move-"));
  try {
    await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    const env = { PULUMI_BACKEND_URL: absolute(project), ...secrets };
    await runPulumi(["stack", "rename", name], project, { directory, env });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return name;
}

/** For one: main-moved-20260102T030405. */
export function retiredName(stack: string, time: Date): string {
  return `${stack}-moved-${time.toISOString().replace(/[-:]|\..*/g, "")}`;
}

/** A directory's URL is relative to the project; from the temporary one it has to be absolute. */
function absolute(project: Pick<Project, "backendUrl" | "directory">): string {
  const directory = localStateDirectory(project);
  return directory === undefined ? project.backendUrl : `file://${directory}`;
}

interface Contents {
  resources: unknown[];
  pending_operations: unknown[];
}

function contents({ deployment }: State): Contents {
  const { resources, pending_operations } = (deployment ?? {}) as Partial<Record<keyof Contents, unknown[] | null>>;
  return { resources: resources ?? [], pending_operations: pending_operations ?? [] };
}

/** Every resource with its inputs and outputs, the secret ones in the clear, and what was under way. */
function isSame(one: State, other: State): boolean {
  return isDeepStrictEqual(contents(one), contents(other));
}

/** A state that is sealed, when it is imported, by what keeps the secrets of another one. */
function withSecretsOf(state: State, other: State): State {
  const { secrets_providers } = other.deployment as Record<string, unknown>;
  return { ...state, deployment: { ...(state.deployment as Record<string, unknown>), secrets_providers } };
}
