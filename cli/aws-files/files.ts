import { constants, type Stats } from "node:fs";
import { access, mkdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { Failure } from "../failure.ts";

/** The two files that the AWS CLI and every SDK read (AWS CLI User Guide, "Configuration and credential file settings"). */
export type AwsFile = "config" | "credentials";

/** Where a file is: where `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE` says, else in `~/.aws`. */
export function awsFilePath(file: AwsFile): string {
  const variable = file === "config" ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
  const named = process.env[variable] ?? "";
  return named === "" ? join(homedir(), ".aws", file) : named;
}

/** A profile's section: `[profile dev]` in the configuration, `[dev]` in the credentials; `[default]` in both. */
export function sectionOf(file: AwsFile, profile: string): string {
  return file === "config" && profile !== "default" ? `profile ${profile}` : profile;
}

/** The file's text; none when it is not there. */
export async function readAwsFile(file: AwsFile): Promise<string> {
  try {
    return await readFile(awsFilePath(file), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw cannot("read", file, error);
  }
}

/**
 * Edits a file: under a lock, and written beside and renamed, so that neither another run nor a crash leaves half of it.
 * The file keeps its permissions; a new one has mode 0600.
 */
export async function editAwsFile(file: AwsFile, edit: (text: string) => string): Promise<void> {
  await requireWritable(file);
  const path = awsFilePath(file);
  const { withLock } = await import("./lock.ts");
  await withLock(path, async () => {
    const before = await readAwsFile(file);
    const after = edit(before);
    if (after === before) return;
    const { default: writeFileAtomic } = await import("write-file-atomic");
    const { mode = 0o600 } = (await existing(path)) ?? {};
    try {
      await writeFileAtomic(path, after, { mode: mode & 0o777 });
    } catch (error) {
      throw cannot("write", file, error);
    }
  });
}

/** Refuses a file that cannot be written, before a code is spent on what would go into it. */
export async function requireWritable(file: AwsFile): Promise<void> {
  const path = awsFilePath(file);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const there = await existing(path);
    // Renaming a new file over it would work all the same; whoever has made it read-only does not want that.
    if (there !== undefined && (there.mode & 0o200) === 0) throw new Error("it is read-only");
    await access(there === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw cannot("write", file, error);
  }
}

async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function cannot(act: "read" | "write", file: AwsFile, error: unknown): Failure {
  const path = awsFilePath(file);
  const variable = file === "config" ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "EACCES" || code === "EPERM" || code === "EROFS" ? "you have no permission" : message;
  return new Failure(
    `${path} cannot be ${act === "read" ? "read" : "written"}: ${reason}.`,
    `Make it ${act === "read" ? "readable" : "writable"} for you, or name another file in ${variable}.`,
    { cause: error },
  );
}
