import type { IncomingMessage } from "node:http";

/** A permission that a request to S3 or KMS needs. */
export interface NeededRight {
  action: string;
  /** An ARN; for KMS that of an arbitrary key, since only the ciphertext has the key's id. */
  resource: string;
}

/** The permissions that AWS requires for a request (Amazon S3 API reference; buckets by path). */
export function neededRights({ method = "GET", url = "/", headers }: IncomingMessage): NeededRight[] {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    return [
      {
        action: target.replace(/^TrentService\./, "kms:"),
        resource: "arn:aws:kms:us-east-1:111111111111:key/0b0e1cb8",
      },
    ];
  }
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [bucket = "", ...rest] = decodeURIComponent(pathname).replace(/^\//, "").split("/");
  const key = rest.join("/");
  if (key === "") return [{ action: ofBucket(method, searchParams), resource: `arn:aws:s3:::${bucket}` }];
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const source = headers["x-amz-copy-source"];
  const copied =
    typeof source === "string"
      ? [
          {
            action: "s3:GetObject",
            resource: `arn:aws:s3:::${decodeURIComponent(source).replace(/^\//, "").replace(/\?.*/, "")}`,
          },
        ]
      : [];
  const actions: Partial<Record<string, string>> = {
    PUT: "s3:PutObject",
    POST: "s3:PutObject",
    DELETE: "s3:DeleteObject",
  };
  return [...copied, { action: actions[method] ?? "s3:GetObject", resource }];
}

function ofBucket(method: string, parameters: URLSearchParams): string {
  if (method === "PUT") return parameters.has("versioning") ? "s3:PutBucketVersioning" : "s3:CreateBucket";
  if (parameters.has("versioning")) return "s3:GetBucketVersioning";
  return parameters.has("location") ? "s3:GetBucketLocation" : "s3:ListBucket";
}
