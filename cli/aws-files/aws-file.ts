import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";

import { Failure } from "../failure.ts";
import { type Ini, parseIni, UnreadableIni } from "./ini.ts";
import { type AwsFile, awsFilePath, isUnnamed, NoHome, variableOf } from "./paths.ts";
import { isEndless, placeToWrite, replaceFile, requireRoom } from "./replace.ts";

/** Reads a file; a file that is not there has no sections. @throws Failure, with the line, where the AWS CLI could not read it */
export async function readAwsFile(file: AwsFile): Promise<Ini> {
  return parsed(file, (await textOf(file)).text);
}

/** Reads both files. */
export async function readAwsFiles(): Promise<Record<AwsFile, Ini>> {
  const [config, credentials] = await Promise.all([readAwsFile("config"), readAwsFile("credentials")]);
  return { config, credentials };
}

/**
 * Edits a file under a lock. The new text goes to a temporary file beside it, which is renamed: neither another run nor a crash
 * leaves half of it. The file keeps its permissions and its encoding; a new one has mode 0600.
 */
export async function editAwsFile(file: AwsFile, edit: (text: string, ini: Ini) => string): Promise<void> {
  const { text } = await textOf(file);
  // A file that needs no change need not be writable.
  if (edit(text, parsed(file, text)) === text) return;
  const path = await writablePlace(file);
  const { withFileLock } = await import("./file-lock.ts");
  await withFileLock(path, async () => {
    const { text: before, encoding } = await textOf(file);
    const after = edit(before, parsed(file, before));
    if (after === before) return;
    try {
      await replaceFile(path, Buffer.from(after, encoding));
    } catch (error) {
      throw cannot("write", file, error);
    }
  });
}

/** Checks that an edit can be made, before an MFA code is used up for it. @throws Failure where it cannot */
export async function ensureEditable(file: AwsFile, edit: (text: string, ini: Ini) => string): Promise<void> {
  const place = await writablePlace(file);
  try {
    await requireRoom(place);
  } catch (error) {
    throw cannot("write", file, error);
  }
  const { text } = await textOf(file);
  edit(text, parsed(file, text));
}

/** The path that the file is written to, links followed. @throws Failure where it cannot be written */
async function writablePlace(file: AwsFile): Promise<string> {
  if (isUnnamed(file)) {
    throw new Failure(
      `${variableOf(file)} is empty, by which the AWS CLI has no ${file} file.`,
      `Unset ${variableOf(file)} for the usual one, or name one in it.`,
    );
  }
  const path = awsFilePath(file);
  try {
    return await placeToWrite(path);
  } catch (error) {
    throw cannot("write", file, error);
  }
}

interface Text {
  text: string;
  encoding: "utf8" | "latin1";
}

async function textOf(file: AwsFile): Promise<Text> {
  const bytes = await bytesOf(file);
  if (bytes === undefined) return { text: "", encoding: "utf8" };
  // Latin-1 maps each byte to one character and back, so every byte is kept, whichever single-byte encoding it is.
  if (isUtf8(bytes)) return { text: bytes.toString("utf8"), encoding: "utf8" };
  if (isLocaleOfBytes()) return { text: bytes.toString("latin1"), encoding: "latin1" };
  const line = bytes
    .toString("latin1")
    .split(/\r\n|\r|\n/)
    .findIndex((one) => !isUtf8(Buffer.from(one, "latin1")));
  throw unreadable(file, line + 1, "it is not in UTF-8");
}

/**
 * The file's bytes; undefined where there is no regular file: the AWS CLI skips anything else (botocore, `raw_config_parse`).
 *
 * @throws Failure for a pipe or a device, which the AWS SDK could read for ever
 */
async function bytesOf(file: AwsFile): Promise<Buffer | undefined> {
  if (isUnnamed(file)) return undefined;
  try {
    const path = awsFilePath(file);
    const there = await stat(path);
    if (there.isFile()) return await readFile(path);
    if (isEndless(path, there)) throw new Error("it is not a regular file");
    return undefined;
  } catch (error) {
    if (error instanceof NoHome) return undefined;
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw cannot("read", file, error);
  }
}

/** The file's path where a directory stands in its place, which the AWS CLI skips; otherwise undefined. */
export async function directoryInPlaceOf(file: AwsFile): Promise<string | undefined> {
  try {
    const path = awsFilePath(file);
    return (await stat(path)).isDirectory() ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the AWS CLI reads files in an encoding of single bytes (Python Library Reference, "locale.getencoding"). */
function isLocaleOfBytes(): boolean {
  if (process.platform === "win32") return true;
  const { LC_ALL, LC_CTYPE, LANG, PYTHONUTF8 } = process.env;
  const [, encoding = "utf8"] = /\.([^@]*)/.exec(LC_ALL || LC_CTYPE || LANG || "") ?? [];
  return PYTHONUTF8 !== "1" && !/^utf-?8$/i.test(encoding);
}

function parsed(file: AwsFile, text: string): Ini {
  try {
    return parseIni(text);
  } catch (error) {
    throw error instanceof UnreadableIni ? unreadable(file, error.line, error.reason) : error;
  }
}

function unreadable(file: AwsFile, line: number, reason: string): Failure {
  return new Failure(
    `${awsFilePath(file)}, line ${line}: ${reason}. The AWS CLI cannot read the file.`,
    "Correct the line, then run it again.",
  );
}

function cannot(act: "read" | "write", file: AwsFile, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason =
    code === "EACCES" || code === "EPERM"
      ? "you have no permission"
      : ({ EROFS: "the file system is read-only", EISDIR: "it is a directory", ENOSPC: "the disk is full" }[
          code ?? ""
        ] ?? message);
  return new Failure(
    `${awsFilePath(file)} cannot be ${act === "read" ? "read" : "written"}: ${reason}.`,
    code === "ENOSPC"
      ? "Make room, then run it again."
      : `Make it a file that is ${act === "read" ? "readable" : "writable"} for you, or name another one in ${variableOf(file)}.`,
    { cause: error },
  );
}
