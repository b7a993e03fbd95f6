import { Failure } from "../failure.ts";
import { readIfThere, stateFilesOf } from "./state-files.ts";
import type { StatePlace } from "./state-directory.ts";

/** Where Pulumi notes by which layout it keeps the states of a directory or a bucket. */
export const metaPath = ".pulumi/meta.yaml";

/**
 * Refuses a place in which Pulumi keeps stacks as it once did, all beside each other, whatever project they belong to: their
 * files and their locks are elsewhere than those of today.
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
