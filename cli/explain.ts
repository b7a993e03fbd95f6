import { clockOffsetIn, wrongClock } from "./aws/clock.ts";
import { wordsOfAws } from "./aws/error-words.ts";
import { closest } from "./closest.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { explainSystem } from "./explain-system.ts";
import type { ErrorResult } from "./results/error.ts";
import { Declined, Failure, FileFailure, isInterruption } from "./failure.ts";
import { oneLine, printable } from "./terminal/one-line.ts";
import { redacted } from "./terminal/redact.ts";
import { tell } from "./terminal/tell.ts";

/** Turns any error into the failure that the user is shown. */
export function explain(error: Error): Failure {
  if (error instanceof FileFailure) return onItsLine(error);
  if (error instanceof Failure) return error;
  if (isInterruption(error)) return new Declined("Interrupted.");
  if (isUsageError(error)) return new Failure(usageProblem(error.message), usageRemedy(error));
  const aws = explainAws(error);
  if (aws) return aws;
  return new Failure(
    `Something unexpected went wrong: ${error.message}`,
    "Run the command again with --verbose for the details. If it is a defect of mfa-admin, please report it with them.",
  );
}

/** Keeps each problem on one line: its message repeats what stands in the file, and somebody else may have written that. */
function onItsLine({ path, problems }: FileFailure): FileFailure {
  return new FileFailure(
    path,
    problems.map(({ line, message }) => ({ line, message: oneLine(message) })),
  );
}

/** Reports an error that no command has caught, and sets the exit code. */
export function end(error: unknown, json: boolean): void {
  const { code, oclif } = error as { code?: string; oclif?: { exit?: number } };
  process.exitCode = code === "EEXIT" ? (oclif?.exit ?? 0) : 1;
  if (code !== "EEXIT") report(explain(error instanceof Error ? error : new Error(String(error))), json);
}

/** Prints a failure: a sentence and its remedy on stderr, or JSON on stdout. */
export function report(failure: Failure, json: boolean): void {
  const { message, remedy } = failure;
  const error: ErrorResult["error"] = {
    message: redacted(message),
    ...(remedy !== undefined && { remedy: redacted(remedy) }),
  };
  const what = `${failure instanceof Declined ? "" : "Error: "}${error.message}`;
  const lines = [what, error.remedy].filter((line) => line !== undefined);
  if (json) console.log(JSON.stringify({ error }, undefined, 2));
  else tell(printable(lines.join("\n")));
}

/** An error of oclif's parser; `flags` are the given flags that do not exist. */
interface UsageError extends Error {
  flags?: string[];
  parse?: { input?: { flags?: Record<string, unknown> } };
}

/** Whether an error is of oclif's parser, or about an unknown command. */
function isUsageError(error: Error & { oclif?: unknown; parse?: unknown }): error is UsageError {
  return error.oclif !== undefined || error.parse !== undefined || error.message.startsWith("Parsing --");
}

/** The remedy for a usage error: the flag that was meant, where one is near, else `--help`. */
function usageRemedy({ flags: [flag] = [], parse }: UsageError): string {
  const meant = closest(flag?.replace(/^-+|=.*/g, "") ?? "", Object.keys(parse?.input?.flags ?? {}));
  return meant === undefined ? "See --help for the arguments and flags." : `Did you mean --${meant}?`;
}

/** The problem in oclif's message of several lines, as one line. */
function usageProblem(message: string): string {
  const [text = message] = message.split(/\nSee more help|\n\nNote:/);
  const line = text
    .replace(/^Parsing (--\S+)\s+/, "$1: ")
    .replace(/^The following errors? occurred:\s+/, "")
    // A boolean flag is typed without a value.
    .replace(/^(--[\w-]+)=true(?= cannot)/, "$1")
    // "Missing 1 required arg:\nname  The user's name": the description is left out, since the help has it.
    .replace(/\n(\S+) {2,}.*/g, " $1")
    .trim();
  return /[.:?!]$/.test(line) ? line : `${line}.`;
}

/** The failure for errors of AWS SDK clients that have the same cause and remedy in every call. */
export function explainAws(error: Error & { $metadata?: unknown; code?: string }): Failure | undefined {
  if (error.name === "CredentialsProviderError") {
    const named = [
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_PROFILE",
    ];
    const source = named.find((name) => process.env[name]);
    if (source !== undefined) {
      return new Failure(
        `${source} names AWS credentials that cannot be had: ${wordsOfAws(error)}`,
        `Correct ${source}, or unset it.`,
        { cause: error },
      );
    }
    return new Failure(
      "No AWS credentials were found.",
      "Sign in to the management account, then name the profile in AWS_PROFILE or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      { cause: error },
    );
  }
  const clockOffset = clockOffsetIn(error);
  if (clockOffset !== undefined) {
    return Number.isNaN(clockOffset)
      ? new Failure(`This machine's clock is wrong: ${wordsOfAws(error)}`, "Set it, and run the command again.", {
          cause: error,
        })
      : wrongClock(clockOffset, error);
  }
  if (["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"].includes(error.name)) {
    return new Failure(
      `The AWS credentials have expired: ${wordsOfAws(error)}`,
      "Sign in to the management account again.",
      {
        cause: error,
      },
    );
  }
  if (
    [
      "InvalidClientTokenId",
      "InvalidAccessKeyId",
      "SignatureDoesNotMatch",
      "UnrecognizedClientException",
      "AuthFailure",
    ].includes(error.name)
  ) {
    return new Failure(
      `AWS does not accept the credentials: ${wordsOfAws(error)}`,
      "Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      { cause: error },
    );
  }
  return explainSystem(error) ?? explainRefusal(error as Error & { $metadata?: { httpStatusCode?: number } });
}
