import { resolve } from "node:path";

import type { Project } from "../project/project.ts";

/** The directory of a state that is kept on this machine; nothing for any other. */
export function localStateDirectory({ backendUrl, directory }: Pick<Project, "backendUrl" | "directory">) {
  if (!backendUrl.startsWith("file://")) return undefined;
  const path = backendUrl.slice("file://".length).replace(/\?.*/, "");
  return path.startsWith("~") ? undefined : resolve(directory, path);
}
