import { constants, type Stats } from "node:fs";
import { access, type FileHandle, lstat, mkdir, open, realpath, readlink, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Bytes by which a file may grow: a few sessions. */
const growth = 16_384;
/** Errors of a file that cannot be replaced by a rename: its directory is not writable, or the file is a mount of its own. */
const notReplaceable = ["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV", "ETXTBSY"];
/** Errors of a disk that has no room for a second file, even for a moment. */
const noRoom = ["ENOSPC", "EDQUOT"];

/**
 * The path that a file is written to, symbolic links followed. Its directory is made where there is none.
 *
 * @throws Error when the path is no regular file, or may not be written
 */
export async function placeToWrite(path: string): Promise<string> {
  const place = await behindLinks(path);
  const there = await existing(place);
  if (there === undefined) {
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await access(dirname(place), constants.W_OK);
  } else {
    if (!there.isFile()) throw new Error(there.isDirectory() ? "it is a directory" : "it is not a regular file");
    // A rename would replace a read-only file all the same, which whoever made it read-only does not want.
    if ((there.mode & 0o200) === 0) throw new Error("it is read-only");
    await access(place, constants.W_OK);
  }
  return place;
}

/** @throws Error when the disk has no room for a second copy of the file and {@link growth} */
export async function requireRoom(place: string): Promise<void> {
  const there = await existing(place);
  const { blocks, bavail, bsize } = await statfs(there === undefined ? dirname(place) : place);
  if (blocks > 0 && bavail * bsize < (there?.size ?? 0) + growth) {
    throw Object.assign(new Error("the disk is full"), { code: "ENOSPC" });
  }
}

/** Whether reading the path may block, or go on, for ever: a pipe, or a device other than `/dev/null`. */
export function isEndless(path: string, there: Stats): boolean {
  return !there.isFile() && !there.isDirectory() && resolve(path) !== "/dev/null";
}

/** Writes a new file beside the old one and renames it. Where that fails, as for a mount of its own, it writes into the old one. */
export async function replaceFile(place: string, content: Buffer): Promise<void> {
  const { default: writeFileAtomic } = await import("write-file-atomic");
  const { mode = 0o600, nlink = 1, size = -1 } = (await existing(place)) ?? {};
  // After a rename, the other hard links of the file would still have the old content.
  if (nlink > 1) return writeInto(place, content);
  try {
    await writeFileAtomic(place, content, { mode: mode & 0o777 });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // A file that does not grow can be overwritten on a full disk.
    if (!notReplaceable.includes(code) && !(noRoom.includes(code) && content.length <= size)) throw error;
    await writeInto(place, content);
  }
}

/** Overwrites the file in place. The bytes past its old end are written first: where they find no room, the rest is untouched. */
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
      // The disk still has room for the old content.
      await writeAll(file, before, 0);
      await file.truncate(before.length);
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** Writes all of the content: one call may write a part of it where the disk is nearly full. */
async function writeAll(file: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await file.write(content, done, content.length - done, position + done);
    done += bytesWritten;
  }
}

/** The path with its symbolic links followed, even where their target does not exist yet. */
async function behindLinks(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || links > 40) throw error;
  }
  const own = await lstat(path).catch(() => undefined);
  if (own?.isSymbolicLink() !== true) {
    const [directory, name] = [dirname(resolve(path)), basename(path)];
    return name === "" ? directory : join(await behindLinks(directory, links), name);
  }
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
