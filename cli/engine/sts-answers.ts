/** Answers of STS as XML (AWS STS API Reference): pure functions. */

import { type GetCallerIdentityResponse, STSServiceException } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@aws-sdk/types";

export interface Answer {
  /** The HTTP status. */
  status: number;
  body: string;
}

/**
 * A session as the answer to AssumeRole and the like. A session without an end counts for an hour, after which it is asked for again.
 */
export function credentialsAnswer(
  action: string,
  { accessKeyId, secretAccessKey, sessionToken, expiration }: AwsCredentialIdentity,
): Answer {
  const content = elements({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: (expiration ?? new Date(Date.now() + 3_600_000)).toISOString(),
  });
  return result(action, `<Credentials>${content}</Credentials>`);
}

export function identityAnswer({ Account, Arn, UserId }: GetCallerIdentityResponse): Answer {
  return result("GetCallerIdentity", elements({ Account, Arn, UserId }));
}

/** AWS's refusal in its own words; anything else that has failed as something that may be tried again, or not without credentials. */
export function refusalOf(error: unknown): Answer {
  const { name, message } = error as Error;
  if (error instanceof STSServiceException) {
    const { httpStatusCode = 400, requestId } = error.$metadata;
    return refusal(httpStatusCode, name, message, requestId);
  }
  return refusal(name === "CredentialsProviderError" ? 403 : 503, name, message);
}

/** An error in the format of "Common Errors". */
export function refusal(status: number, code: string, message: string, requestId = "none"): Answer {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error>${elements({ Type: type, Code: code, Message: message })}</Error>`;
  const body = `<ErrorResponse xmlns="${namespace}">${error}${elements({ RequestId: requestId })}</ErrorResponse>`;
  return { status, body };
}

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

function result(action: string, content: string): Answer {
  const metadata = `<ResponseMetadata>${elements({ RequestId: "none" })}</ResponseMetadata>`;
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${content}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, body };
}

function elements(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .map(([name, value = ""]) => `<${name}>${escaped(value)}</${name}>`)
    .join("");
}

const escaped = (value: string): string => value.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
