import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "./clock.ts";
import { AwsError } from "./errors.ts";

/** An HTTP request as it arrived. */
export interface HttpRequest {
  method: string;
  path: string;
  query: string;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** The content of an Authorization header, before it is verified. */
export interface Authorization {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const HEADER = new RegExp(
  `^${ALGORITHM} Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$`,
);
const MUST_BE_SIGNED = ["host", "x-amz-date", "x-amz-security-token", "x-amz-target"];
const TOLERATED_SKEW_MINUTES = 5;

/** Reads the Authorization header. */
export function parseAuthorization(headers: ReadonlyMap<string, string>): Authorization {
  const header = headers.get("authorization");
  if (header === undefined) {
    throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  }
  const [, accessKeyId, date, region, service, signedHeaders, signature] = HEADER.exec(header) ?? [];
  if (
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    signedHeaders === undefined ||
    signature === undefined
  ) {
    throw new AwsError("IncompleteSignature", `Authorization header is not a Signature Version 4: ${header}`, 400);
  }
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(";"), signature };
}

/** Refuses a request that was not signed with this secret, or not in the last minutes. */
export function verifySignature(
  request: HttpRequest,
  authorization: Authorization,
  secret: string,
  clock: Clock,
): void {
  const unsigned = MUST_BE_SIGNED.find(
    (name) => request.headers.has(name) && !authorization.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`,
      403,
    );
  }
  refuseSkew(request.headers.get("x-amz-date") ?? "", clock);
  const expected = Buffer.from(sign(request, authorization, secret), "hex");
  if (!timingSafeEqual(expected, Buffer.from(authorization.signature, "hex"))) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      403,
    );
  }
}

function sign(request: HttpRequest, authorization: Authorization, secret: string): string {
  const { date, region, service, signedHeaders } = authorization;
  const canonicalRequest = [
    request.method,
    request.path,
    [...new URLSearchParams(request.query)]
      .map(([key, value]) => `${encode(key)}=${encode(value)}`)
      .sort()
      .join("&"),
    ...signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? "").trim().replaceAll(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
  const stringToSign = [
    ALGORITHM,
    request.headers.get("x-amz-date"),
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest),
  ].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, stringToSign).toString("hex");
}

function refuseSkew(signedAt: string, clock: Clock): void {
  const time = Date.parse(signedAt.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(time)) {
    throw new AwsError("IncompleteSignature", `Date must be in ISO-8601 'basic format'. Got '${signedAt}'.`);
  }
  const { earliest, latest } = clock.present();
  const oldest = minutesAfter(earliest, -TOLERATED_SKEW_MINUTES);
  const newest = minutesAfter(latest, TOLERATED_SKEW_MINUTES);
  if (time < oldest.getTime()) {
    const span = `${basic(oldest)} (${basic(earliest)} - ${TOLERATED_SKEW_MINUTES} min.)`;
    throw new AwsError("SignatureDoesNotMatch", `Signature expired: ${signedAt} is now earlier than ${span}`, 403);
  }
  if (time > newest.getTime()) {
    const span = `${basic(newest)} (${basic(latest)} + ${TOLERATED_SKEW_MINUTES} min.)`;
    throw new AwsError(
      "SignatureDoesNotMatch",
      `Signature not yet current: ${signedAt} is still later than ${span}`,
      403,
    );
  }
}

const minutesAfter = (date: Date, minutes: number): Date => new Date(date.getTime() + minutes * 60_000);
/** A time in the format of signatures: 20261124T101500Z. */
const basic = (date: Date): string => date.toISOString().replaceAll(/[-:]|\.\d+/g, "");
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
