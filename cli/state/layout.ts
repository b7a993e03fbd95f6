import { Failure } from "../failure.ts";
import { readIfThere, stateFilesOf } from "./state-files.ts";
import type { StatePlace } from "./state-directory.ts";

/** The file in which Pulumi notes the layout of the states in a directory or a bucket. */
export const metaPath = ".pulumi/meta.yaml";

/**
 * Refuses a backend with Pulumi's former layout, in which the stacks of all projects are in one directory: their state files and locks are
 * in other places than today's.
 */
export async function requireCurrentLayout(place: StatePlace): Promise<void> {
  const files = stateFilesOf(place);
  if (files === undefined) return;
  const version = /^version: *(\d+)/m.exec((await readIfThere(files, metaPath)) ?? "")?.[1] ?? "0";
  if (version !== "0") return;
  const stacks = await files.list(".pulumi/stacks");
  if (!stacks.some((path) => /\.json(\.gz|\.zst)?$/.test(path))) return;
  throw new Failure(
    `${place.backendUrl} has stacks in the layout of an older Pulumi.`,
    `Run PULUMI_BACKEND_URL='${place.backendUrl}' pulumi state upgrade there, or name another place.`,
  );
}
