import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { cancellable } from "../engine/interrupt.ts";
import { passphraseEnvironment, requirePassphrase } from "../engine/passphrase.ts";
import { organizationsAt } from "../engine/organizations.ts";
import { type ListedStack, listStacks, movedAway } from "../engine/stack.ts";
import { Failure } from "../failure.ts";
import { withBackendUrl } from "../project/backend-text.ts";
import { openProjects, type Project, requireServerFor } from "../project/project.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import { Copy, type Destination, type Source } from "./copy.ts";
import { requireIdle } from "../engine/idle.ts";
import { leave, type StackMove } from "./leave.ts";
import { lock, type Lock } from "../state/stack-lock.ts";
import { inspectPlace, requireBackendUrl } from "../state/place.ts";
import { isRetired } from "../state/retired.ts";
import { isSamePlace } from "../state/same-place.ts";
import { isServer } from "../project/server.ts";
import { requireSecretsProvider } from "../state/secrets-provider.ts";
import type { StatePlace } from "../state/state-directory.ts";
import { tell } from "../terminal/tell.ts";
import type { Move, MovedStack } from "../results/state-move.ts";

export interface MoveOptions {
  /** The directory in or above which the project is. */
  from: string;
  to: string;
  /** The stacks' organization at the new place, where a server is to keep the state. */
  organization: string | undefined;
  secretsProvider: string | undefined;
  yes: boolean;
}

/**
 * Moves the state of every stack of a project, since they share the backend that `Pulumi.yaml` names. Only copies are made until the last
 * one was compared; then the old states are renamed, and the files edited.
 */
export async function moveState({ from, to, organization: given, secretsProvider, yes }: MoveOptions): Promise<Move> {
  requireConfirmable(yes);
  requireBackendUrl("--to", to);
  if (secretsProvider !== "default") requireSecretsProvider(secretsProvider);
  if (process.env["PULUMI_BACKEND_URL"]) {
    throw new Failure(
      "PULUMI_BACKEND_URL names the place of the state, so that an edited Pulumi.yaml would not count.",
      "Write that place into Pulumi.yaml (backend: url), unset the variable, and run the command again.",
    );
  }
  const projects = await openProjects(from);
  const [first] = projects;
  const { backendUrl, directory } = first;
  await requireOtherPlace(first, to);
  const organization = await organizationAt(to, given, first);
  const destination = { backendUrl: to, organization };
  const warnings = await inspectPlace({ backendUrl: to, secretsProvider }, directory);
  // A file that cannot be edited is refused before anything is made.
  withBackendUrl(await readFile(join(directory, "Pulumi.yaml"), "utf8"), to);
  const moves: StackMove[] = [];
  try {
    const stacks = await listStacks(first);
    for (const project of projects) moves.push(await stackMove(project, stacks, destination, secretsProvider));
    const names = projects.map(({ stack }) => `"${stack}"`).join(", ");
    const owner = organization === undefined ? "" : `, to the organization ${organization}`;
    await confirmChange(`Move the state of ${names} from ${backendUrl} to ${to}${owner}?`, yes);
    const files = await carryOut(moves, directory, destination);
    return {
      from: backendUrl,
      to,
      ...(organization !== undefined && { organization }),
      stacks: moves.map(moved),
      files,
      warnings,
    };
  } finally {
    for (const { copy } of moves) await copy.close();
  }
}

/** The organization that is given, else the project's, else the default of the user who is logged in at the server. */
async function organizationAt(
  backendUrl: string,
  given: string | undefined,
  { stack, directory, organization: kept }: Project,
): Promise<string | undefined> {
  requireServerFor(given, { backendUrl, stack });
  if (!isServer(backendUrl)) return undefined;
  return given ?? kept ?? (await organizationsAt({ backendUrl, stack, directory })).byDefault;
}

async function requireOtherPlace(place: StatePlace, to: string): Promise<void> {
  const { backendUrl, directory } = place;
  if (backendUrl === to) throw new Failure(`The state is kept in ${to} already.`, "Name another place in --to.");
  if (!(await isSamePlace(place, { backendUrl: to, directory }))) return;
  throw new Failure(
    `The state is kept in ${backendUrl} already, and ${to} is the same place.`,
    "Name another place in --to. To write its URL in another way, edit Pulumi.yaml.",
  );
}

/** Prepares the move of one stack. */
async function stackMove(
  project: Project,
  stacks: ListedStack[],
  to: Destination,
  secretsProvider: string | undefined,
): Promise<StackMove> {
  const { stack, backendUrl, settingsFile } = project;
  if (!stacks.some(({ name }) => name === stack)) {
    const retired = stacks.findLast(({ name }) => isRetired(name, stack));
    if (retired !== undefined) throw movedAway(project, retired.name);
    throw new Failure(
      `There is no state of the stack "${stack}" in ${backendUrl}.`,
      `Every stack of the project is moved. If this one is not used any more, delete ${basename(settingsFile)}; else name the place of its state in Pulumi.yaml (backend: url).`,
    );
  }
  requireIdle(project, stacks);
  await requirePassphrase(project);
  const source: Source = { project, secrets: await passphraseEnvironment(project) };
  return { source, copy: await Copy.begin(source, to, secretsProvider) };
}

function moved({ source, copy, keptAs = "" }: StackMove): MovedStack {
  return { stack: source.project.stack, resources: copy.resources, keptAs };
}

/**
 * Moves all stacks or none: copies are removed again when anything fails. Ctrl-C stops the move until it begins to leave the old places.
 *
 * @returns the files that were edited
 */
function carryOut(moves: StackMove[], directory: string, to: Destination): Promise<string[]> {
  const locks: Lock[] = [];
  const interrupt = new AbortController();
  let isLeaving = false;
  const onInterrupt = (): void => {
    if (isLeaving) tell("The move is at its last steps, and goes on.");
    else interrupt.abort();
  };
  return cancellable(onInterrupt, async () => {
    try {
      for (const { source } of moves) {
        const own = await lock(source.project);
        if (own !== undefined) locks.push(own);
      }
      for (const move of moves) {
        interrupt.signal.throwIfAborted();
        move.sent = await move.copy.make(move.source);
      }
      interrupt.signal.throwIfAborted();
      isLeaving = true;
      // The locks are released, since `pulumi stack rename` locks the stack itself.
      await release(locks);
      return await leave(moves, directory, to);
    } catch (error) {
      await takeAway(moves);
      throw interrupt.signal.aborted ? interrupted(moves, error) : error;
    } finally {
      await release(locks);
    }
  });
}

async function takeAway(moves: StackMove[]): Promise<void> {
  for (const { copy, keptAs } of moves) {
    // Where the old state could not be put back, the copy is kept. Other copies that cannot be removed are reported by the next attempt.
    if (keptAs === undefined) await copy.remove().catch(() => undefined);
  }
}

function interrupted([first]: StackMove[], cause: unknown): Failure {
  const place = first?.source.project.backendUrl ?? "";
  return new Failure(`Interrupted. The state is where it was: ${place}.`, "Run mfa-admin state move again.", { cause });
}

async function release(locks: Lock[]): Promise<void> {
  for (const own of locks.splice(0)) await own.remove();
}
