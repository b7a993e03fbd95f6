import { Failure } from "../failure.ts";
import { bucketOf, inspectBucket } from "./bucket.ts";
import { requireCurrentLayout } from "./layout.ts";
import { isServer } from "../project/server.ts";
import { requireUsableKey } from "./secrets-provider.ts";

/** The present or future backend of a stack's state, and its secrets provider. */
export interface Place {
  backendUrl: string;
  /** Pulumi's default when left out: a passphrase, or the server that keeps the state. */
  secretsProvider?: string | undefined;
}

/** Refuses a URL that is no backend's: Pulumi takes every unknown scheme for a server. */
export function requireBackendUrl(flag: string, url: string): void {
  if (/^(file|s3|gs|azblob|https|http):\/\/./.test(url)) return;
  throw new Failure(
    `${flag} ${url}: this is no place for a state.`,
    "Name one by file://, s3://, gs://, azblob:// or, for a Pulumi server, https://.",
  );
}

/**
 * Tries a backend and a key before anything is made there.
 *
 * @param directory to which the URL may be relative
 * @returns notes on the backend for the administrator
 * @throws Failure where no state can be kept there
 */
export async function inspectPlace({ backendUrl, secretsProvider }: Place, directory: string): Promise<string[]> {
  const bucket = bucketOf(backendUrl);
  const [notes] = await Promise.all([
    bucket === undefined ? [] : inspectBucket(bucket),
    requireUsableKey(secretsProvider),
  ]);
  await requireCurrentLayout({ backendUrl, directory });
  return notes;
}

/** A sentence on what a backend protects a state against, and what not; docs/state.md says more. */
export function protectionOf({ backendUrl, secretsProvider }: Place): string {
  if (backendUrl.startsWith("file://")) {
    return "Only this machine has it: keep a copy, and move it (mfa-admin state move) before others or a CI run mfa-admin.";
  }
  if (isServer(backendUrl)) {
    return "Everybody whom the Pulumi organization lets in can use it; the server keeps older versions, and lets one run at a time change it.";
  }
  const key = secretsProvider?.startsWith("awskms://") === true ? "the KMS key" : "the passphrase";
  return `Everybody who may use the bucket and ${key} can use it; one run at a time can change it.`;
}
