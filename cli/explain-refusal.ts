import { wordsOfAws } from "./aws/error-words.ts";
import { strangeAnswer } from "./explain-system.ts";
import { Failure } from "./failure.ts";

/** Failures for refusals of AWS that mean the same in every call, in AWS's words and with a remedy. */

type ServiceError = Error & { $metadata?: { httpStatusCode?: number } };

/** The kinds of refusals, by the error's name, with their text and remedy. */
const kinds: { is: RegExp; says: string; remedy: string }[] = [
  {
    is: /throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ConcurrentModification|PriorRequestNotComplete/i,
    says: "AWS is asked too much at a time",
    remedy: "Wait a minute, and run the command again.",
  },
  {
    is: /ServiceUnavailable|InternalFailure|InternalError|ServiceFailure|InternalServer|TooBusy/i,
    says: "AWS has trouble of its own",
    remedy: "Run the command again in some minutes; https://health.aws.amazon.com tells more.",
  },
  {
    is: /LimitExceeded|QuotaExceeded|ConstraintViolation/i,
    says: "A limit or a rule of AWS is in the way",
    remedy: "Delete what is not needed any more, or have the quota raised in Service Quotas.",
  },
  {
    is: /OptInRequired|SubscriptionRequired|AccountNotRegistered/i,
    says: "The account is not ready for this",
    remedy: "Sign in to the console with it, and finish what AWS asks for there.",
  },
];

/** The failure for an error. @returns undefined for an error that is no response of AWS */
export function explainRefusal(error: ServiceError): Failure | undefined {
  const { name, $metadata: { httpStatusCode: status = 0 } = {} } = error;
  // Without an HTTP status there was no response.
  if (status === 0) return undefined;
  const said = `${name}: ${wordsOfAws(error)}`;
  const failure = (text: string, remedy?: string): Failure => new Failure(`${text}: ${said}`, remedy, { cause: error });
  if (status === 407) {
    return new Failure(
      "The proxy wants a name and a password, or does not take those that it is given (407).",
      "Write them into HTTP_PROXY as http://NAME:PASSWORD@HOST:PORT, with %40 for @, %23 for # and %2F for / in them.",
      { cause: error },
    );
  }
  // The SDK's name for a response that has no error of AWS, such as an HTML page.
  if (name === "Unknown" && status < 500) return strangeAnswer(`it answered ${status}`, error);
  if (/^(AccessDenied|Unauthorized|NotAuthorized|Forbidden)/.test(name)) return denied(error, failure);
  const kind = kinds.find(({ is }) => is.test(name));
  if (kind !== undefined) return failure(kind.says, kind.remedy);
  if (status === 429) return failure(kinds[0]?.says ?? "", kinds[0]?.remedy);
  if (status >= 500) return failure(kinds[1]?.says ?? "", kinds[1]?.remedy);
  return failure("AWS refused");
}

/** The failure for a denial. AWS names the kind of policy that denies (IAM User Guide, "Troubleshoot access denied error messages"). */
function denied({ message }: Error, failure: (text: string, remedy: string) => Failure): Failure {
  const [, policy = ""] = /with an explicit deny in an? ([\w -]*?policy|permissions boundary)/i.exec(message) ?? [];
  if (/service control|resource control/i.test(policy)) {
    return failure(
      `A ${policy.toLowerCase()} of the organization refuses it`,
      "Whoever manages the organization has to allow it; the policies are in the AWS Organizations console.",
    );
  }
  return failure("AWS refused", "These credentials lack the right: use others, or have it given to them.");
}
