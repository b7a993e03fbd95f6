import { AwsError } from "../errors.ts";
import { isList, isMap, type OutputValue, type Protocol } from "./protocol.ts";

/** Error codes of IAM and STS, and those of the JSON services for the same errors. */
const ERROR_CODES: Record<string, string> = {
  AccessDenied: "AccessDeniedException",
  ExpiredToken: "ExpiredTokenException",
  IncompleteSignature: "IncompleteSignatureException",
  InvalidClientTokenId: "UnrecognizedClientException",
  MissingAuthenticationToken: "MissingAuthenticationTokenException",
  SignatureDoesNotMatch: "InvalidSignatureException",
  ValidationError: "ValidationException",
};

/** AWS JSON: the action in the X-Amz-Target header, input and output as JSON. */
export function jsonProtocol(version: "1.0" | "1.1", targetPrefix: string): Protocol {
  const headers = { "content-type": `application/x-amz-json-${version}` };
  return {
    parse(request) {
      const [prefix, action] = (request.headers.get("x-amz-target") ?? "").split(".");
      if (prefix !== targetPrefix || action === undefined) {
        throw new AwsError("UnknownOperationException", `X-Amz-Target has to be ${targetPrefix}.<action>`);
      }
      return { action, input: JSON.parse(request.body.toString() || "{}") as Record<string, unknown> };
    },
    success: (_action, output, requestId) => ({
      status: 200,
      headers: { ...headers, "x-amzn-requestid": requestId },
      body: JSON.stringify(withEpochSeconds(output)),
    }),
    failure(error, requestId) {
      const type = ERROR_CODES[error.code] ?? error.code;
      return {
        // The JSON services answer every client error with 400.
        status: error.status < 500 ? 400 : error.status,
        headers: { ...headers, "x-amzn-requestid": requestId, "x-amzn-errortype": type },
        body: JSON.stringify({ __type: type, message: error.message, Message: error.message }),
      };
    },
  };
}

function withEpochSeconds(value: OutputValue): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (isList(value)) return value.map(withEpochSeconds);
  if (typeof value !== "object") return value;
  if (isMap(value)) return Object.fromEntries(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withEpochSeconds(inner)]));
}
