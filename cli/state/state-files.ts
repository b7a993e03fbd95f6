import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { S3Client } from "@aws-sdk/client-s3";
import writeFileAtomic from "write-file-atomic";

import { type Bucket, bucketOf, explainBucket } from "./bucket.ts";
import { localStateDirectory, type StatePlace } from "./state-directory.ts";

/** The files of a directory or S3 backend, by their paths below it. */
export interface StateFiles {
  /** The paths of files directly in a directory; empty where the directory does not exist. */
  list(directory: string): Promise<string[]>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The files of a backend; undefined for a server, and for buckets of a kind that is left to the engine. */
export function stateFilesOf(place: StatePlace): StateFiles | undefined {
  const directory = localStateDirectory(place);
  if (directory !== undefined) return new DirectoryFiles(directory);
  const bucket = bucketOf(place.backendUrl);
  return bucket === undefined ? undefined : new BucketFiles(bucket);
}

/** A file's content; undefined where it does not exist. */
export async function readIfThere(files: StateFiles, path: string): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    if (name === "NoSuchKey" || code === "ENOENT") return undefined;
    throw error;
  }
}

class DirectoryFiles implements StateFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(directory: string): Promise<string[]> {
    try {
      return (await readdir(join(this.#root, directory))).map((name) => join(directory, name));
    } catch {
      return [];
    }
  }

  read(path: string): Promise<string> {
    return readFile(join(this.#root, path), "utf8");
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.#root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  }

  async remove(path: string): Promise<void> {
    const file = join(this.#root, path);
    await rm(file, { force: true });
    // Pulumi keeps the file's checksum there.
    await rm(`${file}.attrs`, { force: true });
  }
}

class BucketFiles implements StateFiles {
  readonly #bucket: Bucket;
  #client: Promise<S3Client> | undefined;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  async list(directory: string): Promise<string[]> {
    const { prefix } = this.#bucket;
    const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
    const keys: string[] = [];
    const request = { Bucket: this.#bucket.name, Prefix: `${prefix}${directory}/`, Delimiter: "/" };
    return this.#explained(async (client) => {
      for await (const { Contents } of paginateListObjectsV2({ client }, request)) {
        keys.push(...(Contents ?? []).map(({ Key = "" }) => Key.slice(prefix.length)));
      }
      return keys;
    });
  }

  async read(path: string): Promise<string> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const { Body } = await this.#explained((client) => client.send(new GetObjectCommand(this.#object(path))));
    return (await Body?.transformToString()) ?? "";
  }

  async write(path: string, text: string): Promise<void> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    await this.#explained((client) => client.send(new PutObjectCommand({ ...this.#object(path), Body: text })));
  }

  async remove(path: string): Promise<void> {
    const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    await this.#explained((client) => client.send(new DeleteObjectCommand(this.#object(path))));
  }

  async #explained<T>(call: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await call(await (this.#client ??= this.#bucket.client()));
    } catch (error) {
      throw explainBucket(this.#bucket, error, "Correct backend: url in Pulumi.yaml, or PULUMI_BACKEND_URL.");
    }
  }

  #object(path: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket.name, Key: this.#bucket.prefix + path };
  }
}
