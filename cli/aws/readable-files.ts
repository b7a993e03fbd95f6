import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { isEndless } from "../aws-files/replace.ts";
import { Failure } from "../failure.ts";

/** @throws Failure where one of the user's AWS files exists and cannot be read: this SDK ignores the file, the engine's fails */
export async function requireReadableFiles(): Promise<void> {
  await Promise.all([
    requireReadable("AWS_CONFIG_FILE", "config"),
    requireReadable("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
  ]);
}

async function requireReadable(variable: string, name: string): Promise<void> {
  const named = process.env[variable];
  const path = named || join(homedir(), ".aws", name);
  try {
    if (isEndless(path, await stat(path))) throw new Error("it is not a regular file");
    await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    throw new Failure(
      `The AWS file ${path} cannot be read: ${message}.`,
      named
        ? `Correct ${variable}, or unset it.`
        : `Make it a file that you can read, or name another one in ${variable}.`,
      { cause: error },
    );
  }
}
