/** Reads the files of the organization's own service control policies. */

import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

import type { OwnPolicy } from "./own-policies.ts";
import { type LineProblem, readServiceControlPolicy } from "./policy-grammar.ts";

/** The largest file that is read, in bytes: more than any policy with its white space has. */
const largest = 256 * 1024;

/** A file that was refused. */
export interface RefusedFile {
  file: string;
  /** The file's position in the settings' list. */
  index: number;
  /** The problems in the file, or, as a string, the problem with the file itself. */
  problems: LineProblem[] | string;
}

/** The policies in the order of their files, and the refused files. @param directory the project's directory */
export function readPolicyFiles(directory: string, files: string[]): { policies: OwnPolicy[]; refused: RefusedFile[] } {
  const policies: OwnPolicy[] = [];
  const refused: RefusedFile[] = [];
  const seen = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    const found = readText(directory, file);
    if ("problem" in found) {
      refused.push({ file, index, problems: found.problem });
      continue;
    }
    const twin = seen.get(found.path);
    if (twin !== undefined) {
      refused.push({ file, index, problems: `it is the same file as ${twin}; name it once` });
      continue;
    }
    seen.set(found.path, file);
    const read = readPolicyText(found.bytes);
    if ("problems" in read) refused.push({ file, index, problems: read.problems });
    else policies.push({ file, content: read.document });
  }
  return { policies, refused };
}

function readText(directory: string, file: string): { path: string; bytes: Buffer } | { problem: string } {
  try {
    const [root, path] = [realpathSync(directory), realpathSync(join(directory, file))];
    const inside = relative(root, path);
    if (inside.startsWith(`..${sep}`) || inside === "..") {
      return { problem: "a link leads out of the project's directory; the policy stands below it" };
    }
    const found = statSync(path);
    if (found.isDirectory()) return { problem: "it is a directory; name each file in it" };
    if (!found.isFile()) return { problem: "it is no file" };
    if (found.size > largest) {
      return { problem: `it has ${found.size.toLocaleString("en")} bytes, which is no policy that AWS takes` };
    }
    return { path, bytes: readFileSync(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { problem: "there is no such file in the project's directory" };
    return { problem: `it cannot be read: ${message}` };
  }
}

/** The policy in a file's bytes, or its problems. */
export function readPolicyText(bytes: Uint8Array): ReturnType<typeof readServiceControlPolicy> {
  const wrong = (message: string) => ({ problems: [{ line: undefined, message }] });
  const [first = 0, second = 0] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return wrong("the file is in UTF-16; save it as UTF-8");
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.startsWith("\ufeff")) return wrong("the file begins with a byte order mark; save it as UTF-8 without one");
    if (text.trim() === "") return wrong("the file is empty");
    return readServiceControlPolicy(text);
  } catch {
    return wrong("the file is not in UTF-8; save it so");
  }
}
