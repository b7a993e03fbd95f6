import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { stringify } from "yaml";

import { openSession } from "../aws/session.ts";
import { passphraseEnvironment, requirePassphrase } from "../engine/passphrase.ts";
import { runPulumi, runPulumiAlone } from "../engine/pulumi-process.ts";
import { listStacks, openStack } from "../engine/stack.ts";
import { exportSealed, type State } from "../engine/state-transfer.ts";
import { Failure } from "../failure.ts";
import { type Project, stackReference } from "../project/project.ts";
import { contents, isEarlier, isSame } from "./contents.ts";
import { Locked, ensureUnlocked } from "../state/stack-lock.ts";
import { isServer } from "../project/server.ts";
import { secretsIn, secretsProviderOf } from "../state/secrets-keys.ts";
import { absoluteUrl, localStateDirectory } from "../state/state-directory.ts";

/** The new place of the stacks. */
export interface Destination {
  backendUrl: string;
  /** The stacks' organization there, where a server keeps the state. */
  organization: string | undefined;
}

/** A stack at its old place, and the environment variables that open its secrets. */
export interface Source {
  project: Project;
  secrets: Record<string, string>;
}

/**
 * A stack at its new place, made by `pulumi stack migrate`, with a project of its own in a temporary directory without secrets. Pulumi
 * rewrites the settings file there; the project's own file stays as it is.
 */
export class Copy {
  readonly project: Project;
  /** The number of its resources. */
  resources = 0;
  #secretsProvider: string | undefined;
  #secrets: Record<string, string> = {};
  #made = false;

  private constructor(project: Project) {
    this.project = project;
  }

  /**
   * Checks that the new place is free, and asks for a passphrase where a new one is needed. Nothing is made there yet.
   *
   * @param secretsProvider the secrets provider there; the present one when left out, Pulumi's default with "default"
   */
  static async begin(source: Source, to: Destination, secretsProvider: string | undefined): Promise<Copy> {
    const { project, secrets } = source;
    const provider = secretsProviderOf(secretsIn(await readFile(project.settingsFile, "utf8")), project.backendUrl);
    // An undefined provider is Pulumi's default: the server that keeps the state, else a passphrase.
    const current = provider === "service" ? undefined : provider;
    const own = isServer(to.backendUrl) ? undefined : "passphrase";
    const wanted = secretsProvider === "default" ? own : (secretsProvider ?? current ?? own);
    const sealed = await exportSealed(project);
    requireFinished(project, sealed);
    const copy = await Copy.#at(project, to);
    try {
      copy.#secretsProvider = wanted;
      await copy.#ensureFree(sealed);
      copy.#secrets = secrets;
      if (wanted === current) return copy;
      await writeFile(copy.project.settingsFile, stringify(wanted === undefined ? {} : { secretsprovider: wanted }));
      await requirePassphrase(copy.project);
      copy.#secrets = { ...secrets, ...(await passphraseEnvironment(copy.project)) };
      return copy;
    } catch (error) {
      await copy.close();
      throw error;
    }
  }

  static async #at(project: Project, { backendUrl, organization }: Destination): Promise<Copy> {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-move-"));
    const settingsFile = join(directory, `Pulumi.${project.stack}.yaml`);
    await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    const place = { directory, settingsFile, backendUrl: absoluteUrl({ ...project, backendUrl }) };
    const { name, stack } = project;
    return new Copy({ name, stack, ...place, ...(organization !== undefined && { organization }) });
  }

  /** Copies the state, and compares the copy with the original. @returns the original, with encrypted secrets */
  async make({ project, secrets }: Source): Promise<State> {
    const sealed = await exportSealed(project);
    const sent = await (await openStack(project, { secrets })).exportStack();
    requireFinished(project, sent);
    await writeFile(this.project.settingsFile, await readFile(project.settingsFile, "utf8"));
    await this.#migrate(project);
    this.#made = true;
    const target = await openStack(this.project, { secrets: this.#secrets });
    if (!isSame(sent, await target.exportStack())) {
      throw new Failure(
        `What has arrived there is not the same: the stack "${this.project.stack}" was not moved.`,
        "Run mfa-admin state move again.",
      );
    }
    this.resources = contents(sent).resources.length;
    return sealed;
  }

  /** Runs `pulumi stack migrate`, which removes its own copy when it fails, and refuses a place that has the stack. */
  async #migrate(source: Project): Promise<void> {
    const { directory } = this.project;
    const provider = this.#secretsProvider ?? "default";
    const place = localStateDirectory(this.project);
    if (place !== undefined) await mkdir(place, { recursive: true, mode: 0o700 });
    if (provider.startsWith("awskms:")) await openSession();
    const from = [absoluteUrl(source), stackReference(source)];
    const args = [
      "stack",
      "migrate",
      ...from,
      "--target",
      stackReference(this.project),
      "--secrets-provider",
      provider,
    ];
    try {
      await runPulumiAlone([...args, "--yes"], this.project, { directory, env: this.#environment() });
    } catch (error) {
      // Pulumi compares servers by their console's address, which it derives only from addresses that begin with api.
      if (!(error as Error).message.includes("source and target backends are the same")) throw error;
      throw new Failure(
        `Pulumi cannot tell the server ${source.backendUrl} from ${this.project.backendUrl}.`,
        "Move the state to a directory first (--to file://./on-the-way --secrets-provider passphrase), and from there to the server (--secrets-provider default).",
        { cause: error },
      );
    }
  }

  /** The settings file with the new secrets provider, as Pulumi has written it. */
  settingsText(): Promise<string> {
    return readFile(this.project.settingsFile, "utf8");
  }

  /** Removes the copy that {@link make} has made. */
  async remove(): Promise<void> {
    if (!this.#made) return;
    const env = this.#environment();
    const args = ["stack", "rm", "--yes", "--force", "--preserve-config"];
    await runPulumi(args, this.project, { directory: this.project.directory, env });
  }

  /** Removes the temporary directory; to be called at the end, also after a failure. */
  async close(): Promise<void> {
    await rm(this.project.directory, { recursive: true, force: true });
  }

  /** Refuses a place that has a lock, or a stack of that name: nothing there is ever overwritten or deleted. */
  async #ensureFree(sealed: State): Promise<void> {
    const { stack, backendUrl } = this.project;
    await this.#ensureUnlocked();
    if (!(await listStacks(this.project)).some(({ name }) => name === stack)) return;
    const there = await exportSealed(this.project);
    const isEmpty = contents(there).resources.length === 0;
    // Encrypting a secret twice gives different texts, so equal states are one and the same.
    if (!isEmpty && isDeepStrictEqual(there.deployment, sealed.deployment)) {
      throw new Failure(
        `${backendUrl} is the place in which the state is kept already, by another name.`,
        "The state is where it was. Name another place in --to.",
      );
    }
    const command = `PULUMI_BACKEND_URL='${backendUrl}' pulumi stack rm ${stackReference(this.project)} --yes --force --preserve-config`;
    if (isEmpty || isEarlier(there, sealed)) {
      const what = isEmpty ? "a stack without resources" : "a copy of this state that nobody has used";
      throw new Failure(
        `In ${backendUrl} there is ${what}, as a move that was broken off leaves it: "${stack}".`,
        `Nothing was changed. Delete it, and move the state then: ${command}`,
      );
    }
    throw new Failure(
      `There is another state of the stack "${stack}" in ${backendUrl} already.`,
      `Nothing was changed. Name another place; or look at that state, and if nobody needs it, delete it: ${command}`,
    );
  }

  async #ensureUnlocked(): Promise<void> {
    const { backendUrl } = this.project;
    try {
      await ensureUnlocked(this.project);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      throw new Failure(
        error.message.replace(/ is locked by/, ` in ${backendUrl} is locked by`),
        `If that run, or the move that made it, is no longer running, release the lock: PULUMI_BACKEND_URL='${backendUrl}' mfa-admin cancel --stack ${stackReference(this.project)}`,
        { cause: error },
      );
    }
  }

  #environment(): Record<string, string> {
    return { PULUMI_BACKEND_URL: this.project.backendUrl, PULUMI_SKIP_UPDATE_CHECK: "true", ...this.#secrets };
  }
}

/** Refuses a state with pending operations, which Pulumi drops when it imports a state. */
function requireFinished(project: Project, state: State): void {
  if (contents(state).pending_operations.length === 0) return;
  throw new Failure(
    `A run of the stack "${stackReference(project)}" has died in the middle of its changes.`,
    `Run mfa-admin up --stack ${stackReference(project)} to finish them, then move the state.`,
  );
}
