import { wordsOfAws } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import { type AccessKey, keyPlace } from "./own-access-key.ts";

/** The access key was deactivated or deleted. */
export class DeadKey extends Failure {}

/** Errors of a developer's own calls, in the developer's terms. Any other error is left to cli/explain.ts. */
export function explainAs(key: AccessKey, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  const which = `the access key ${key.accessKeyId} ${key.from === "the terminal" ? "that you typed" : `of ${keyPlace(key)}`}`;
  switch (error.name) {
    case "InvalidClientTokenId":
    case "UnrecognizedClientException":
      return new DeadKey(
        `AWS does not accept ${which}, which was deactivated or deleted: ${wordsOfAws(error)}`,
        "Make a new one in the console, under Security credentials, then run mfa-admin enroll. If you did not expect this, ask an administrator.",
        { cause: error },
      );
    case "SignatureDoesNotMatch":
      return new Failure(`AWS does not accept ${which}: ${error.message}`, "Check the secret access key.", {
        cause: error,
      });
    case "AccessDenied":
      return new Failure(`AWS refused ${which}: ${error.message}`, "Ask an administrator what is assigned to you.", {
        cause: error,
      });
    default:
      return error;
  }
}
