import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { stringify } from "yaml";

import { passphraseEnvironment, requirePassphrase } from "../engine/passphrase.ts";
import { runPulumi } from "../engine/pulumi-process.ts";
import { createStack, listStacks, movedAway, openStack } from "../engine/stack.ts";
import { exportSealed, importState, type State } from "../engine/state-transfer.ts";
import { Failure } from "../failure.ts";
import { type Project, stackReference } from "../project/project.ts";
import { contents, isEarlier, isSame, secretsKeysOf, underName, withSecretsOf } from "./contents.ts";
import { Locked, requireUnlocked } from "./lock.ts";
import { isServer } from "./server.ts";
import { sealedKeysIn, secretsIn, type SecretsKeys } from "./secrets-keys.ts";
import { absoluteUrl } from "./state-directory.ts";

/** Where stacks are moved to. */
export interface Destination {
  backendUrl: string;
  /** The organization that is to have them, where a server keeps the state. */
  organization: string | undefined;
}

/** A stack at its old place, and what opens its secrets. */
export interface Source {
  project: Project;
  secrets: Record<string, string>;
}

/** The same stack at its new place, as a project of its own in a temporary directory, which holds no secrets. */
export class Copy {
  readonly project: Project;
  /** How many resources it has. */
  resources = 0;
  #secretsProvider: string | undefined;
  #secrets: Record<string, string> = {};
  /** What is at the new place already: nothing, a stack without resources, or a copy that an earlier move has left. */
  #present: "nothing" | "empty" | "copy" = "nothing";
  #made = false;

  private constructor(project: Project) {
    this.project = project;
  }

  /**
   * Makes nothing at the new place yet, but looks whether it is free, and asks for a passphrase where a new one is needed.
   *
   * @param secretsProvider what keeps the secrets there: what keeps them now, when left out
   */
  static async prepare(source: Source, to: Destination, secretsProvider: string | undefined): Promise<Copy> {
    const { backendUrl } = to;
    const { project, secrets } = source;
    const text = await readFile(project.settingsFile, "utf8");
    const now = secretsIn(text);
    // Pulumi's own choice: a server keeps the secrets itself, everything else by a passphrase.
    const current =
      now.secretsprovider ?? (isServer(project.backendUrl) && !now.encryptionsalt ? undefined : "passphrase");
    const wanted = secretsProvider ?? current ?? (isServer(backendUrl) ? undefined : "passphrase");
    // A server's own secrets are those of that server.
    if (wanted !== current || wanted === undefined) requireNothingSealed(project, text);
    const sealed = await exportSealed(project);
    requireFinished(project, sealed);
    const copy = await Copy.#at(project, to);
    try {
      copy.#secretsProvider = wanted;
      const leftOver = await copy.#look(sealed);
      const fresh = wanted === current ? now : wanted === undefined ? {} : { secretsprovider: wanted };
      const keys = leftOver === undefined ? fresh : sameOr(now, copy.#keysOf(leftOver, wanted));
      await writeFile(copy.project.settingsFile, stringify(keys));
      if (keys === now) copy.#secrets = secrets;
      else {
        await requirePassphrase(copy.project);
        copy.#secrets = { ...secrets, ...(await passphraseEnvironment(copy.project)) };
      }
      return copy;
    } catch (error) {
      await copy.close();
      throw error;
    }
  }

  /** The copy that a move has made which was broken off after it had renamed the old state. */
  static async finished(project: Project, to: Destination, keptAs: string): Promise<Copy> {
    const copy = await Copy.#at(project, to);
    try {
      if (!(await copy.#isThere())) throw movedAway(project, keptAs);
      const there = await exportSealed(copy.project);
      const old = underName(await exportSealed({ ...project, stack: keptAs }), project.name, keptAs, project.stack);
      if (contents(old).resources.length > 0 && !isEarlier(old, there)) throw movedAway(project, keptAs);
      const now = secretsIn(await readFile(project.settingsFile, "utf8"));
      await writeFile(copy.project.settingsFile, stringify(sameOr(now, secretsKeysOf(there))));
      copy.resources = contents(there).resources.length;
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

  /** Copies the state, and compares what has arrived with what was sent. @returns what was sent, sealed */
  async make(source: Source): Promise<State> {
    const sealed = await exportSealed(source.project);
    const stack = await openStack(source.project, { secrets: source.secrets });
    const sent = await stack.exportStack();
    requireFinished(source.project, sent);
    const options = { secretsProvider: this.#secretsProvider, secrets: this.#secrets };
    // Without --force Pulumi deletes no stack that has resources.
    if (this.#present === "empty") await this.#run("stack", "rm", "--yes", "--preserve-config");
    this.#made = this.#present !== "copy";
    const target = this.#made ? await createStack(this.project, options) : await openStack(this.project, options);
    await importState(target, withSecretsOf(sent, await target.exportStack()));
    if (!isSame(sent, await target.exportStack())) {
      throw new Failure(
        `What has arrived there is not the same: the stack "${this.project.stack}" was not moved.`,
        "Run mfa-admin state move again.",
      );
    }
    this.resources = contents(sent).resources.length;
    return sealed;
  }

  /** Refuses the old place under another name: with the old state the new one would be gone. */
  async requireThere(): Promise<void> {
    if (await this.#isThere()) return;
    this.#made = false;
    throw new Failure(
      `${this.project.backendUrl} is the place in which the state is kept already, by another name.`,
      "The state is where it was. Name another place in --to.",
    );
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

  /**
   * Looks whether the new place is free. A copy that an earlier move has left, and that nobody has used since, is written
   * over and never deleted: should the two places be one after all, it would be the only one.
   */
  async #look(sealed: State): Promise<State | undefined> {
    const { stack, backendUrl } = this.project;
    await this.#requireUnlocked();
    if (!(await this.#isThere())) return undefined;
    const there = await exportSealed(this.project);
    this.#present = contents(there).resources.length === 0 ? "empty" : "copy";
    if (this.#present === "empty") return undefined;
    if (isEarlier(there, sealed)) return there;
    throw new Failure(
      `There is another state of the stack "${stack}" in ${backendUrl} already.`,
      "Nothing was changed. Name another place, or look at that state, and delete it by pulumi stack rm.",
    );
  }

  async #requireUnlocked(): Promise<void> {
    const { backendUrl } = this.project;
    try {
      await requireUnlocked(this.project);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      throw new Failure(
        error.message.replace(/ is locked by/, ` in ${backendUrl} is locked by`),
        `If that run, or the move that made it, is no longer running, release the lock: PULUMI_BACKEND_URL='${backendUrl}' mfa-admin cancel --stack ${stackReference(this.project)}`,
        { cause: error },
      );
    }
  }

  async #isThere(): Promise<boolean> {
    return (await listStacks(this.project)).some(({ name }) => name === this.project.stack);
  }

  #keysOf(leftOver: State, wanted: string | undefined): SecretsKeys {
    const keys = secretsKeysOf(leftOver);
    const provider = keys.secretsprovider ?? (keys.encryptionsalt === undefined ? undefined : "passphrase");
    if (provider === wanted) return keys;
    const { stack, backendUrl } = this.project;
    throw new Failure(
      `In ${backendUrl} there is a copy of the stack "${stack}" from a move that was broken off, and ${provider ?? "the server"} keeps its secrets.`,
      provider === undefined
        ? "Leave --secrets-provider out, or delete that copy by pulumi stack rm."
        : `Add --secrets-provider '${provider}', or delete that copy by pulumi stack rm.`,
    );
  }

  #run(...args: string[]): Promise<string> {
    const env = { PULUMI_BACKEND_URL: this.project.backendUrl, ...this.#secrets };
    return runPulumi(args, this.project, { directory: this.project.directory, env });
  }
}

/** The keys of the settings, to the letter, where they are the same. */
function sameOr(now: SecretsKeys, keys: SecretsKeys): SecretsKeys {
  const isSame = now.encryptionsalt === keys.encryptionsalt && now.encryptedkey === keys.encryptedkey;
  return isSame ? now : keys;
}

/** Only what keeps the secrets now opens what is sealed in the settings. mfa-admin itself seals nothing there. */
function requireNothingSealed({ settingsFile }: Project, text: string): void {
  const keys = sealedKeysIn(text);
  if (keys.length === 0) return;
  throw new Failure(
    `${basename(settingsFile)} has values that would be lost with what keeps the secrets now: ${keys.join(", ")}.`,
    "Take them out (pulumi config rm), move the state, and set them again.",
  );
}

/** Pulumi forgets what was under way when it takes a state in. */
function requireFinished(project: Project, state: State): void {
  if (contents(state).pending_operations.length === 0) return;
  throw new Failure(
    `A run of the stack "${stackReference(project)}" has died in the middle of its changes.`,
    `Run mfa-admin up --stack ${stackReference(project)} to finish them, then move the state.`,
  );
}
