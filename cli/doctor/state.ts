import { access } from "node:fs/promises";

import { identityOfResource } from "../changes/step.ts";
import { listStacks } from "../engine/stack.ts";
import { unfinishedResources } from "../engine/state-before.ts";
import { Failure } from "../failure.ts";
import { type Project, stackReference } from "../project/project.ts";
import { isServer, lacksLogin } from "../project/server.ts";
import { unfinishedText } from "../report/alarm-wording.ts";
import type { Check } from "../results/doctor.ts";
import { bucketOf, requireBucket, unversionedNote } from "../state/bucket.ts";
import { requireCurrentLayout } from "../state/layout.ts";
import { protectionOf } from "../state/place.ts";
import { holderText, keepsLocks, livingHolders, seesRuns } from "../state/stack-lock.ts";
import { localStateDirectory } from "../state/state-directory.ts";
import { oneLine } from "../terminal/one-line.ts";
import { looked, ok } from "./check.ts";

/**
 * Checks of the state: whether its backend can be reached, whether a run has locked it or has died over it, and whether the backend keeps
 * older versions.
 */
export async function stateChecks(project: Project): Promise<Check[]> {
  const reached = await looked({ name: "state" }, () => reach(project));
  if (reached.some(({ level }) => level !== "ok")) return reached;
  const others = await Promise.all([runs(project), looked({ name: "state-versions" }, () => versions(project))]);
  return [...reached, ...others.flat()];
}

async function reach(project: Project): Promise<Check[]> {
  const { backendUrl } = project;
  const fact = `The state of ${stackReference(project)} is in ${backendUrl}.`;
  const directory = localStateDirectory(project);
  const bucket = bucketOf(backendUrl);
  if (directory !== undefined) await requireDirectory(directory);
  else if (bucket !== undefined) await requireBucket(bucket);
  else if (!isServer(backendUrl)) await listStacks(project);
  else if (await lacksLogin(backendUrl)) {
    throw new Failure(
      `The state is kept in ${backendUrl}, and nobody is logged in there.`,
      `Run: pulumi login ${backendUrl} (or set PULUMI_ACCESS_TOKEN)`,
    );
  }
  await requireCurrentLayout(project);
  return [ok({ name: "state" }, fact)];
}

async function requireDirectory(directory: string): Promise<void> {
  try {
    await access(directory);
  } catch (error) {
    throw new Failure(
      `The state's directory ${directory} cannot be read: ${(error as Error).message}.`,
      "The state is where mfa-admin init was run: name that place in PULUMI_BACKEND_URL or in Pulumi.yaml (backend: url).",
      { cause: error },
    );
  }
}

/** Checks of the runs on the state. One that is under way has pending operations as one that died has, so these are not looked at then. */
async function runs(project: Project): Promise<Check[]> {
  const held = await looked({ name: "state-lock" }, () => lock(project));
  if (held.some(({ level }) => level !== "ok")) return held;
  return [...held, ...(await looked({ name: "state-unfinished" }, () => unfinished(project)))];
}

async function unfinished(project: Project): Promise<Check[]> {
  const subject = { name: "state-unfinished" };
  const resources = (await unfinishedResources(project)).map(identityOfResource);
  if (resources.length === 0) return [ok(subject, "No run has died in the middle of a change.")];
  return [{ ...subject, level: "warning", ...unfinishedText({ resources }, oneLine), command: "mfa-admin up" }];
}

async function lock(project: Project): Promise<Check[]> {
  if (!seesRuns(project)) {
    return [
      {
        ...{ name: "state-lock", level: "warning" },
        fact: "Whether a run holds the state is not seen in this kind of bucket.",
        remedy: "A run that finds another one's lock says whose it is.",
      },
    ];
  }
  const holders = keepsLocks(project) ? (await livingHolders(project)).map(holderText) : await lease(project);
  if (holders.length === 0) return [ok({ name: "state-lock" }, "No run holds the state.")];
  return [
    {
      ...{ name: "state-lock", level: "warning" },
      fact: `Another run holds the state: ${holders.join("; ")}.`,
      remedy: "Wait for it to end. If it is no longer running, release the lock.",
      command: "mfa-admin cancel",
    },
  ];
}

/** The lease of a run on a server, which tells only that there is one. */
async function lease(project: Project): Promise<string[]> {
  const own = (await listStacks(project)).find(({ name }) => name === project.stack);
  return own?.updateInProgress === true ? [`as ${project.backendUrl} says`] : [];
}

async function versions(project: Project): Promise<Check[]> {
  const subject = { name: "state-versions" };
  const { backendUrl } = project;
  const bucket = bucketOf(backendUrl);
  if (isServer(backendUrl)) return [ok(subject, "The server keeps older versions of the state.")];
  if (bucket === undefined) {
    const isDirectory = localStateDirectory(project) !== undefined;
    const fact = isDirectory
      ? "No older versions of the state are kept."
      : "Whether older versions of the state are kept is not looked at in this kind of bucket.";
    const remedy = isDirectory ? protectionOf(project) : "Switch versioning on there.";
    return [{ ...subject, level: "warning", fact, remedy }];
  }
  const note = await unversionedNote(bucket);
  if (note === undefined) return [ok(subject, `The bucket ${bucket.name} keeps older versions of the state.`)];
  return [{ ...subject, level: "warning", ...note }];
}
