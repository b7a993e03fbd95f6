import { join, resolve } from "node:path";

import { systemHome } from "../../toolchain/cache.js";
import type { Project } from "../project/project.ts";

/** What says where a state is. */
export type StatePlace = Pick<Project, "backendUrl" | "directory">;

const scheme = "file://";

/** The directory of a state that is kept on this machine, as Pulumi finds it; nothing for any other. */
export function localStateDirectory({ backendUrl, directory }: StatePlace): string | undefined {
  if (!backendUrl.startsWith(scheme)) return undefined;
  const path = backendUrl.slice(scheme.length).replace(/[?#].*/s, "");
  // Pulumi drops the tilde and whatever one character follows it.
  return decoded(resolve(directory, path.startsWith("~") ? join(systemHome(), path.slice(2)) : path));
}

/** The URL of a directory. */
export function directoryUrl(path: string): string {
  return scheme + encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/** A place's URL, which may be relative to its project, as every other directory can use it, too. */
export function absoluteUrl(place: StatePlace): string {
  const directory = localStateDirectory(place);
  const [query = ""] = /\?.*/s.exec(place.backendUrl) ?? [];
  return directory === undefined ? place.backendUrl : directoryUrl(directory) + query;
}

/** A part of a URL without its escapes. One that is malformed stays: Pulumi refuses it. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
