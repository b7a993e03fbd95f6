import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";

import { Failure } from "../failure.ts";
import { type Ini, parseIni, UnreadableIni } from "./ini.ts";
import { type AwsFile, awsFilePath, isUnnamed, NoHome, variableOf } from "./paths.ts";
import { isEndless, placeToWrite, replaceFile, requireRoom } from "./replace.ts";

/** What a file says; nothing when it is not there. @throws Failure where the AWS CLI would not read it, by line */
export async function readAwsFile(file: AwsFile): Promise<Ini> {
  return parsed(file, (await textOf(file)).text);
}

/** Both files. */
export async function readAwsFiles(): Promise<Record<AwsFile, Ini>> {
  const [config, credentials] = await Promise.all([readAwsFile("config"), readAwsFile("credentials")]);
  return { config, credentials };
}

/**
 * Edits a file: under a lock, and written beside and renamed, so that neither another run nor a crash leaves half of it. The file
 * keeps its permissions and its encoding; a new one has mode 0600.
 */
export async function editAwsFile(file: AwsFile, edit: (text: string, ini: Ini) => string): Promise<void> {
  const { text } = await textOf(file);
  // What is as it should be need not be writable.
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

/** Refuses, before a code is spent, an edit that could not be made. */
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

/** Where it is written. @throws Failure where it cannot be */
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
  // Whatever one byte stands for stays what it is.
  if (isUtf8(bytes)) return { text: bytes.toString("utf8"), encoding: "utf8" };
  if (isLocaleOfBytes()) return { text: bytes.toString("latin1"), encoding: "latin1" };
  const line = bytes
    .toString("latin1")
    .split(/\r\n|\r|\n/)
    .findIndex((one) => !isUtf8(Buffer.from(one, "latin1")));
  throw unreadable(file, line + 1, "it is not in UTF-8");
}

/**
 * Nothing where there is no regular file: the AWS CLI passes over whatever else stands there (botocore, `raw_config_parse`).
 *
 * @throws Failure for what the AWS SDK would not come to the end of
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

/** The path of a file in whose place there is a directory, which the AWS CLI passes over. */
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
