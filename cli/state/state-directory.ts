import { resolve } from "node:path";

import type { Project } from "../project/project.ts";

/** What says where a state is. */
export type StatePlace = Pick<Project, "backendUrl" | "directory">;

/** The directory of a state that is kept on this machine; nothing for any other. */
export function localStateDirectory({ backendUrl, directory }: StatePlace): string | undefined {
  if (!backendUrl.startsWith("file://")) return undefined;
  const path = backendUrl.slice("file://".length).replace(/\?.*/, "");
  return path.startsWith("~") ? undefined : resolve(directory, path);
}
