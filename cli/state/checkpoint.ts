import type { StatePlace } from "./state-directory.ts";
import { readIfThere, stateFilesOf } from "./state-files.ts";

/** The properties of a resource in a state file that identify it. */
export interface NotedResource {
  urn: string;
  id?: string;
  type: string;
  parent?: string;
  provider?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A state file of Pulumi, a checkpoint. */
export interface StateFile<Noted = NotedResource> {
  version?: number;
  checkpoint?: { latest?: { resources?: Noted[]; pending_operations?: { type: string; resource: Noted }[] | null } };
}

/** The directory of a project's state files, below the backend's directory or bucket. */
export const statesDirectory = (name: string): string => `.pulumi/stacks/${name}`;

/** The path of a stack's state file. */
export const checkpointPath = ({ name, stack }: { name: string; stack: string }): string =>
  `${statesDirectory(name)}/${stack}.json`;

/** The resources of a state: empty for a stack that was never applied, undefined for another layout of the file. */
export function resourcesIn<Noted>({ checkpoint }: StateFile<Noted>): Noted[] | undefined {
  return checkpoint === undefined ? undefined : (checkpoint.latest?.resources ?? []);
}

/**
 * Reads a stack's state file from a directory or a bucket, which is much faster than an export. The result is undefined where a server
 * keeps the state, or where its file is missing, compressed or in the layout of an older Pulumi.
 */
export async function readStateFile<Noted = NotedResource>(
  place: StatePlace & { name: string; stack: string },
): Promise<StateFile<Noted> | undefined> {
  const files = stateFilesOf(place);
  const text = files && (await readIfThere(files, checkpointPath(place)));
  if (text === undefined) return undefined;
  const file = JSON.parse(text) as StateFile<Noted>;
  return file.checkpoint === undefined ? undefined : file;
}

/** Milliseconds that the state is waited for: callers can do without it. */
const patience = 8000;

/**
 * The resources in a stack's state file, read without the engine, a lock or the stack's secrets. The result is undefined where a server
 * keeps the state, where the file is missing or compressed, and where it is not read in time.
 */
export async function notedResources(
  place: StatePlace & { name: string; stack: string },
): Promise<NotedResource[] | undefined> {
  const read = async (): Promise<NotedResource[] | undefined> => {
    const file = await readStateFile(place);
    return file && resourcesIn(file);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined);
  });
  return Promise.race([read().catch(() => undefined), late]).finally(() => {
    clearTimeout(timer);
  });
}
