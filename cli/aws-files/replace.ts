import { constants, type Stats } from "node:fs";
import { access, type FileHandle, lstat, mkdir, open, realpath, readlink, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** What may be added to a file, in bytes: a few sessions. */
const growth = 16_384;
/** Why a file cannot be put in the place of another: the directory is not to be written to, or the file is a mount of its own. */
const notReplaceable = ["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV", "ETXTBSY"];
/** Why there may be no second file beside it, even for a moment. */
const noRoom = ["ENOSPC", "EDQUOT"];

/**
 * Where a file is written: behind its links. Its directory is made where there is none.
 *
 * @throws Error when what is there is no regular file, or may not be written
 */
export async function placeToWrite(path: string): Promise<string> {
  const place = await behindLinks(path);
  const there = await existing(place);
  if (there === undefined) {
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await access(dirname(place), constants.W_OK);
  } else {
    if (!there.isFile()) throw new Error(there.isDirectory() ? "it is a directory" : "it is not a regular file");
    // Renaming a new file over it would work all the same; whoever has made it read-only does not want that.
    if ((there.mode & 0o200) === 0) throw new Error("it is read-only");
    await access(place, constants.W_OK);
  }
  return place;
}

/** @throws Error when there is no room for the file, and what may be added to it, beside it */
export async function requireRoom(place: string): Promise<void> {
  const there = await existing(place);
  const { blocks, bavail, bsize } = await statfs(there === undefined ? dirname(place) : place);
  if (blocks > 0 && bavail * bsize < (there?.size ?? 0) + growth) {
    throw Object.assign(new Error("the disk is full"), { code: "ENOSPC" });
  }
}

/** Whether reading it may wait, or go on, for ever: a pipe, or a device other than the one that is empty. */
export function isEndless(path: string, there: Stats): boolean {
  return !there.isFile() && !there.isDirectory() && resolve(path) !== "/dev/null";
}

/** Writes a file beside and renames it; where that cannot be, as for one that is a mount of its own, into the file itself. */
export async function replaceFile(place: string, content: Buffer): Promise<void> {
  const { default: writeFileAtomic } = await import("write-file-atomic");
  const { mode = 0o600, nlink = 1, size = -1 } = (await existing(place)) ?? {};
  // Another name of the same file would keep what was there.
  if (nlink > 1) return writeInto(place, content);
  try {
    await writeFileAtomic(place, content, { mode: mode & 0o777 });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // What does not grow needs no room in its own place.
    if (!notReplaceable.includes(code) && !(noRoom.includes(code) && content.length <= size)) throw error;
    await writeInto(place, content);
  }
}

/** Writes into the file itself. What is added comes first: where there is no room for it, the rest is still as it was. */
async function writeInto(place: string, content: Buffer): Promise<void> {
  const file = await open(place, "r+");
  try {
    const before = await file.readFile();
    try {
      await writeAll(file, content.subarray(before.length), before.length);
      await file.sync();
      await writeAll(file, content.subarray(0, before.length), 0);
      await file.truncate(content.length);
      await file.sync();
    } catch (error) {
      // The disk has room for what it had before.
      await writeAll(file, before, 0);
      await file.truncate(before.length);
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** A disk that is nearly full takes a part. */
async function writeAll(file: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await file.write(content, done, content.length - done, position + done);
    done += bytesWritten;
  }
}

/** What a path stands for, also where the end of its links is not there yet. */
async function behindLinks(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || links > 40) throw error;
  }
  const own = await lstat(path).catch(() => undefined);
  if (own?.isSymbolicLink() !== true) return resolve(path);
  return behindLinks(resolve(dirname(path), await readlink(path)), links + 1);
}

async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
