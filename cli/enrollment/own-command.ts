import { realpathSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** The command by which other programs call this one: its name where PATH leads to this file, else the paths of Node and of the file. */
export function ownCommand(name: string): string {
  const { argv, env, execPath } = process;
  const own = real(resolve(argv[1] ?? name));
  const places = (env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  const found = places.map((directory) => real(join(directory, name))).find((place) => place !== undefined);
  return found !== undefined && found === own ? name : `"${execPath}" "${own ?? name}"`;
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
