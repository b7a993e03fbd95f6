import { createHash, createHmac, timingSafeEqual } from "node:crypto";
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

/** What an Authorization header claims. */
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
const TOLERATED_SKEW_MINUTES = 15;

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

/** Refuses a request that the holder of this secret has not signed, or has signed too long ago. */
export function verifySignature(request: HttpRequest, authorization: Authorization, secret: string): void {
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
  refuseSkew(request.headers.get("x-amz-date") ?? "");
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

/** Against real time, not the sandbox's: the signer's clock is not advanced either. */
function refuseSkew(signedAt: string): void {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(signedAt);
  const time = parts === null ? NaN : Date.parse(signedAt.replace(parts[0], isoDate(parts)));
  const skewMinutes = (Date.now() - time) / 60_000;
  if (Number.isNaN(skewMinutes) || Math.abs(skewMinutes) > TOLERATED_SKEW_MINUTES) {
    const problem = skewMinutes < 0 ? "not yet current" : "expired";
    throw new AwsError("SignatureDoesNotMatch", `Signature ${problem}: ${signedAt} is more than 15 min. away.`, 403);
  }
}

function isoDate([, year, month, day, hour, minute, second]: string[]): string {
  return `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
