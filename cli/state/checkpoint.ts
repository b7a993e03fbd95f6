import type { StatePlace } from "./state-directory.ts";
import { stateFilesOf } from "./files.ts";

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
    const text = await stateFilesOf(place)?.read(`.pulumi/stacks/${place.name}/${place.stack}.json`);
    const content = JSON.parse(text ?? "{}") as { checkpoint?: { latest?: { resources?: NotedResource[] } } };
    return content.checkpoint?.latest?.resources;
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined);
  });
  return Promise.race([read().catch(() => undefined), late]).finally(() => {
    clearTimeout(timer);
  });
}
