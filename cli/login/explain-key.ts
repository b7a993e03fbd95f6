import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import { type AccessKey, keyPlace } from "./own-access-key.ts";

/** The access key was deactivated or deleted. */
export class DeadKey extends Failure {}

/** A policy denies everything to the key's owner. */
export class LockedOut extends Failure {}

/** Whether a policy of the caller's own has denied a call, instead of none having allowed it. */
export function isDeniedToOwner(error: Error): boolean {
  return isAccessDenied(error) && error.message.includes("explicit deny in an identity-based policy");
}

/**
 * The error for an explicit deny of a call that every developer may make about themselves: a policy has locked the developer out. AWS tells
 * neither which, nor the tags by which an access that has ended could be known.
 *
 * @returns undefined for any other error
 */
export function lockedOut(key: AccessKey, error: unknown): LockedOut | undefined {
  if (!(error instanceof Error) || !isDeniedToOwner(error)) return undefined;
  return new LockedOut(
    `Everything is denied to the owner of the access key ${key.accessKeyId} of ${keyPlace(key)}: your access is locked (mfa-admin lock), is over (until), or was shut off otherwise. AWS: ${wordsOfAws(error)}`,
    "Ask an administrator: mfa-admin unlock, or mfa-admin extend where it is over, lets you in again. Your access key, password and MFA device are as they were; there is nothing to make anew.",
    { cause: error },
  );
}

/** The errors of a developer's own calls, in the developer's terms. Other errors are left to cli/explain.ts. */
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
