import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import { type Profiles, profileNames, type ProfileSource } from "./profile-source.ts";

/** The errors of a profile that gives no credentials, one for each cause. */

/** The error for a profile that `variable` or another profile names, and that no file has. */
export function missingProfile({ chain }: ProfileSource, profiles: Profiles, variable: string): Failure {
  const name = chain.at(-1) ?? "";
  const from = chain.at(-2);
  const names = profileNames(profiles).toSorted();
  const meant = closest(name, names);
  const there =
    names.length === 0
      ? "There are no profiles in ~/.aws/config and ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say."
      : `The profiles here are: ${names.join(", ")}.`;
  return new Failure(
    from === undefined
      ? `There is no AWS profile "${name}", which ${variable} names.`
      : `There is no AWS profile "${name}", from which the profile "${from}" takes its credentials (source_profile).`,
    [meant === undefined ? undefined : `Did you mean ${meant}?`, there].filter(Boolean).join(" "),
  );
}

/** The error for profiles whose `source_profile` leads in a circle. */
export function circleOfProfiles({ chain }: ProfileSource): Failure {
  const [asked = ""] = chain;
  return new Failure(
    `The AWS profile "${asked}" gives no credentials: source_profile leads in a circle, ${chain.join(" > ")}.`,
    "Let one of them name a profile that has credentials, or name another profile in AWS_PROFILE.",
  );
}

/** The error for a profile without credentials, or with a part of them. */
export function emptyProfile({ chain, keys }: ProfileSource): Failure {
  const name = chain.at(-1) ?? "";
  const half = Object.keys(keys).filter((key) =>
    /^(aws_access_key_id|aws_secret_access_key|role_arn|sso_|source_)/i.test(key),
  );
  return new Failure(
    half.length === 0
      ? `The AWS profile "${name}" has no credentials.`
      : `The AWS profile "${name}" has ${half.join(" and ")}, which alone are no credentials.`,
    `Complete it (aws configure --profile ${name}), or name another profile in AWS_PROFILE.`,
  );
}

/** The error for a profile that needs an MFA code where there is no terminal. */
export function codeWanted(profile: string): Failure {
  return new Failure(
    `The AWS profile "${profile}" wants an MFA code, and there is no terminal to ask on.`,
    `Run this first, which asks for it: eval "$(aws configure export-credentials --profile ${profile} --format env)"; unset AWS_PROFILE`,
  );
}

/** An error of the SDK while it resolved the profile, with a remedy where the cause is known. */
export function profileFailure(source: ProfileSource, error: Error & { $metadata?: unknown }): Error {
  const [asked = ""] = source.chain;
  const last = source.chain.at(-1) ?? asked;
  const words = error.message.trim().replace(/^Error: /, "");
  const failed = (message: string, remedy: string): Failure => new Failure(message, remedy, { cause: error });
  if (error.$metadata !== undefined && error.name.startsWith("AccessDenied")) {
    return failed(
      `AWS refuses the role of the AWS profile "${asked}": ${words}`,
      "Look whether role_arn and source_profile are right, and whether the role trusts whoever assumes it.",
    );
  }
  // Other errors of AWS, and of the network, are reported as for any other call.
  if (error.name !== "CredentialsProviderError" && error.name !== "TokenProviderError") return error;
  if (
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|getaddrinfo|socket hang up|TimeoutError|^The proxy /.test(
      words,
    )
  ) {
    return failed(`The credentials of the AWS profile "${last}" could not be fetched: ${words}`, "Check the network.");
  }
  switch (source.kind) {
    case "sso":
      return ssoFailure(last, words, failed);
    case "login":
      return failed(
        `The sign-in of the AWS profile "${last}" has expired, or was never made: ${words}`,
        `Run: aws login --profile ${last}`,
      );
    case "process":
      return failed(
        `The credential_process of the AWS profile "${last}" failed: ${processWords(words)}`,
        `It is the command that the profile "${last}" names in ~/.aws/config; run it by itself to see what it wants.`,
      );
    default:
      return failed(
        `The AWS profile "${asked}" gives no credentials: ${words}`,
        "Correct it, or name another profile in AWS_PROFILE.",
      );
  }
}

function ssoFailure(profile: string, words: string, failed: (message: string, remedy: string) => Failure): Failure {
  if (/Forbidden|No access|ResourceNotFound/.test(words)) {
    return failed(
      `IAM Identity Center gives the AWS profile "${profile}" no access: ${words}`,
      "Look whether sso_account_id and sso_role_name are right, and assigned to you.",
    );
  }
  if (/equired|Conflicting|could not be found|Incomplete/.test(words)) {
    return failed(
      `The AWS profile "${profile}" is incomplete for IAM Identity Center: ${words}`,
      `Run: aws configure sso --profile ${profile}`,
    );
  }
  return failed(
    `The sign-in of the AWS profile "${profile}" at IAM Identity Center has expired, or was never made: ${words}`,
    `Run: aws sso login --profile ${profile}`,
  );
}

/** The output of a failed `credential_process`, without the command line, whose arguments may be secret. */
function processWords(words: string): string {
  const [first = "", ...rest] = words.split("\n");
  if (!first.startsWith("Command failed:")) return words;
  const printed = rest.join("\n").trim();
  return printed === "" ? "it ended with an error, and said nothing." : printed;
}
