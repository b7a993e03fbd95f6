import { constants, type Stats } from "node:fs";
import { access, lstat, mkdir, open, realpath, readlink, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Less room than this, in bytes, is none. */
const littleRoom = 65_536;
/** Why a file cannot be put in the place of another: the directory is not to be written to, or the file is a mount of its own. */
const notReplaceable = ["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV", "ETXTBSY"];

/**
 * Where a file is written: behind its links. Its directory is made where there is none.
 *
 * @throws Error when what is there is no regular file, may not be written, or the disk is full
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
  const { blocks, bavail, bsize } = await statfs(there === undefined ? dirname(place) : place);
  if (blocks > 0 && bavail * bsize < littleRoom) throw new Error("the disk is full");
  return place;
}

/** Writes a file beside and renames it; where that cannot be, as for one that is a mount of its own, into the file itself. */
export async function replaceFile(place: string, content: Buffer): Promise<void> {
  const { default: writeFileAtomic } = await import("write-file-atomic");
  const { mode = 0o600, nlink = 1 } = (await existing(place)) ?? {};
  // Another name of the same file would keep what was there.
  if (nlink > 1) return writeInto(place, content);
  try {
    await writeFileAtomic(place, content, { mode: mode & 0o777 });
  } catch (error) {
    if (!notReplaceable.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await writeInto(place, content);
  }
}

async function writeInto(place: string, content: Buffer): Promise<void> {
  const file = await open(place, "r+");
  try {
    await file.write(content, 0, content.length, 0);
    await file.truncate(content.length);
    await file.sync();
  } finally {
    await file.close();
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
