import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { keyPrefix } from "./bucket.ts";
import { isServer } from "../project/server.ts";
import { localStateDirectory, type StatePlace } from "./state-directory.ts";

/** Whether two URLs name the same backend, whatever their spelling. */
export async function isSamePlace(one: StatePlace, other: StatePlace): Promise<boolean> {
  return (await directoryIdentity(one)) === (await directoryIdentity(other));
}

async function directoryIdentity(place: StatePlace): Promise<string> {
  const directory = localStateDirectory(place);
  if (directory !== undefined) return `file ${await realPath(directory)}`;
  if (!URL.canParse(place.backendUrl)) return place.backendUrl;
  const url = new URL(place.backendUrl);
  if (isServer(place.backendUrl)) return url.origin + url.pathname.replace(/\/+$/, "");
  return [url.protocol, url.hostname, keyPrefix(url), ownerOf(url)].join(" ");
}

/** The owner of a bucket's name, where it is not the cloud provider itself: an endpoint, or a storage account. */
function ownerOf({ protocol, searchParams }: URL): string {
  const { env } = process;
  if (protocol === "azblob:") return searchParams.get("storage_account") ?? env["AZURE_STORAGE_ACCOUNT"] ?? "";
  if (protocol !== "s3:") return "";
  const endpoint = searchParams.get("endpoint") ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"] ?? "";
  return endpoint.replace(/^\w+:\/\/|\/+$/g, "");
}

/** A path without symbolic links, even if its last parts do not exist yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), basename(path));
  }
}
