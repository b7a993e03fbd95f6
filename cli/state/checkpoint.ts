import type { StatePlace } from "./state-directory.ts";
import { readIfThere, stateFilesOf } from "./state-files.ts";

/** The part of a resource that tells what it is, as a state that is a file has it. */
export interface NotedResource {
  urn: string;
  id?: string;
  type: string;
  parent?: string;
  provider?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A state as Pulumi keeps it in a file. */
export interface StateFile<Noted = NotedResource> {
  version?: number;
  checkpoint?: { latest?: { resources?: Noted[] } };
}

/** The directory of a project's states, in a directory or a bucket. */
export const statesDirectory = (name: string): string => `.pulumi/stacks/${name}`;

/** The file of one. */
export const checkpointPath = ({ name, stack }: { name: string; stack: string }): string =>
  `${statesDirectory(name)}/${stack}.json`;

/** The resources of a state; none for a stack that was never applied, and nothing for another layout. */
export function resourcesIn<Noted>({ checkpoint }: StateFile<Noted>): Noted[] | undefined {
  return checkpoint === undefined ? undefined : (checkpoint.latest?.resources ?? []);
}

/**
 * A stack's state as Pulumi keeps it in a directory or a bucket: to read it is a good deal faster than to have it exported. Nothing, where a
 * server keeps it, it is compressed or not there, or in a layout of an older Pulumi.
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

/** How long the state is waited for, in milliseconds: whoever asks can do without. */
const patience = 8000;

/**
 * The resources that a state names which Pulumi keeps in a directory or a bucket, without its engine, a lock or what opens the
 * secrets. Nothing, where a server keeps the state, it is compressed, it is not there, or it does not come in time.
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
