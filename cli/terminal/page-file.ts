import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import writeFileAtomic from "write-file-atomic";

import { Failure } from "../failure.ts";

/** Writes a page, replacing an existing file. @throws Failure where it cannot be written */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFileAtomic(path, page);
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Checks that a page can be written, before it is made, where that takes long. @throws Failure where it cannot */
export async function requirePageWritable(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) throw new Error("it is a directory");
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): Failure {
  return new Failure(`${path} cannot be written: ${(error as Error).message}.`, "Name another place.", {
    cause: error,
  });
}
