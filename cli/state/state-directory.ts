import { join, resolve } from "node:path";

import { systemHome } from "../../toolchain/cache.js";
import type { Project } from "../project/project.ts";

/** The parts of a project that locate its state. */
export type StatePlace = Pick<Project, "backendUrl" | "directory">;

const scheme = "file://";

/** The directory of a `file://` backend, as Pulumi finds it; undefined for any other backend. */
export function localStateDirectory({ backendUrl, directory }: StatePlace): string | undefined {
  if (!backendUrl.startsWith(scheme)) return undefined;
  const path = backendUrl.slice(scheme.length).replace(/[?#].*/s, "");
  // Pulumi drops the tilde and the one character after it, whatever that is.
  return decoded(resolve(directory, path.startsWith("~") ? join(systemHome(), path.slice(2)) : path));
}

/** The `file://` URL of a directory. */
export function directoryUrl(path: string): string {
  return scheme + encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/** A backend's URL for use from any directory; the URL itself may be relative to its project. */
export function absoluteUrl(place: StatePlace): string {
  const directory = localStateDirectory(place);
  const [query = ""] = /\?.*/s.exec(place.backendUrl) ?? [];
  return directory === undefined ? place.backendUrl : directoryUrl(directory) + query;
}

/** A part of a URL, percent-decoded. A malformed one is returned as it is: Pulumi refuses it. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
