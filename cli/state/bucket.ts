import type { S3Client } from "@aws-sdk/client-s3";

import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { givingUp } from "../../infra/unanswered.ts";
import { Failure } from "../failure.ts";
import { clientConfigurationIn, isTrue } from "./cloud-url.ts";
import { decoded } from "./state-directory.ts";

/** An S3 backend, as its URL names it: `s3://BUCKET/PREFIX?region=R`. */
export interface Bucket {
  name: string;
  /** The prefix of each key: empty, or ending with a slash. */
  prefix: string;
  region: string | undefined;
  client(): Promise<S3Client>;
}

/** The bucket of an S3 backend; undefined for any other backend. */
export function bucketOf(backendUrl: string): Bucket | undefined {
  if (!backendUrl.startsWith("s3://")) return undefined;
  const url = new URL(backendUrl);
  const region = url.searchParams.get("region") ?? undefined;
  const pathStyle = isTrue(url.searchParams, "s3ForcePathStyle", "use_path_style");
  return {
    name: url.hostname,
    prefix: keyPrefix(url),
    region,
    client: async () => {
      const { S3Client } = await import("@aws-sdk/client-s3");
      const configuration = { ...(await clientConfigurationIn(url)), forcePathStyle: pathStyle };
      const client = knowingClockErrors(new S3Client(configuration));
      client.middlewareStack.use(givingUp());
      return client;
    },
  };
}

/** The prefix of each key, by the bucket's URL: empty, or ending with a slash. */
export function keyPrefix({ pathname }: URL): string {
  const path = decoded(pathname).replace(/^\/+/, "");
  return path === "" || path.endsWith("/") ? path : `${path}/`;
}

/**
 * Tries a bucket before anything is made in it.
 *
 * @returns notes on the bucket for the administrator
 * @throws Failure where the bucket cannot keep a state
 */
export async function inspectBucket(bucket: Bucket): Promise<string[]> {
  await requireBucket(bucket);
  try {
    const note = await unversionedNote(bucket);
    return note === undefined ? [] : [`${note.fact} Run: ${note.command}`];
  } catch (error) {
    // The permission to use the state need not include reading the bucket's settings.
    if (error instanceof Error && error.name === "AccessDenied") return [];
    throw error;
  }
}

/** @throws Failure where the bucket cannot keep a state */
export async function requireBucket(bucket: Bucket): Promise<void> {
  const { name, region } = bucket;
  if (region === undefined) {
    throw new Failure(
      `The URL of the bucket ${name} names no region.`,
      `Write s3://${name}?region=REGION, so that it is the same bucket whoever runs it.`,
    );
  }
  const [{ HeadBucketCommand, ListObjectsV2Command }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    bucket.client(),
  ]);
  try {
    const { BucketRegion: actual } = await client.send(new HeadBucketCommand({ Bucket: name }));
    if (actual !== undefined && actual !== region) throw elsewhere(bucket, actual);
  } catch (error) {
    if (error instanceof Failure) throw error;
    // The response to HEAD has no body with the reason. A listing needs the same permission, and its error has one.
    const told = await client.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })).then(
      () => error,
      (second: unknown) => second,
    );
    throw explainBucket(bucket, told, `Make it: ${commandsFor(name, region)}`);
  }
}

/** A note for the administrator on a bucket without versioning; undefined for one with it. */
export async function unversionedNote(bucket: Bucket): Promise<{ fact: string; command: string } | undefined> {
  const [{ GetBucketVersioningCommand }, client] = await Promise.all([import("@aws-sdk/client-s3"), bucket.client()]);
  const { name } = bucket;
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: name }));
  if (Status === "Enabled") return undefined;
  return {
    fact: `The bucket ${name} keeps no older versions, so a state that is damaged or deleted would be lost.`,
    command: `aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=Enabled`,
  };
}

/**
 * The failure for an error of a whole bucket; other errors are returned as they are. AWS gives some of them only as an HTTP status.
 *
 * @param remedy for a bucket that does not exist
 */
export function explainBucket(bucket: Bucket, error: unknown, remedy: string): unknown {
  const {
    name: code,
    $metadata,
    $response,
  } = error as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  const { name } = bucket;
  switch ($metadata?.httpStatusCode) {
    case 301:
      return elsewhere(bucket, $response?.headers?.["x-amz-bucket-region"] ?? "another region");
    case 403:
      // These errors are about the credentials themselves, or the clock.
      if (/^(Invalid|Expired|Signature|RequestTime)/.test(code ?? "")) return error;
      return new Failure(
        `These credentials may not use the S3 bucket ${name}.`,
        `Allow them s3:ListBucket on arn:aws:s3:::${name}, and s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::${name}/*.`,
        { cause: error },
      );
    case 404:
      if (code === "NoSuchKey") return error;
      return new Failure(`There is no S3 bucket ${name}.`, remedy, { cause: error });
    default:
      return error;
  }
}

function elsewhere({ name, region = "" }: Bucket, actual: string): Failure {
  return new Failure(`The S3 bucket ${name} is in ${actual}, not in ${region}.`, `Write region=${actual} in its URL.`);
}

function commandsFor(name: string, region: string): string {
  // S3 refuses us-east-1 as a location constraint.
  const constraint = region === "us-east-1" ? "" : ` --create-bucket-configuration LocationConstraint=${region}`;
  return (
    `aws s3api create-bucket --bucket ${name} --region ${region}${constraint} && ` +
    `aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=Enabled`
  );
}
