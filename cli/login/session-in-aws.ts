import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import type { LoginInAws } from "../results/login.ts";
import { type Credentials, iamFor, stsFor } from "./developer-clients.ts";
import { isDeniedToOwner } from "./explain-key.ts";

/** Whether AWS accepts a session, and its error otherwise. */
export async function sessionInAws(
  session: Credentials,
  clockOffset: number,
): Promise<Pick<LoginInAws, "live" | "refused">> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  try {
    await (await stsFor(session, clockOffset)).send(new GetCallerIdentityCommand({}));
    const ended = await endedByPolicy(session, clockOffset);
    return ended === undefined ? { live: true } : { live: false, refused: ended };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, $metadata: { httpStatusCode: status = 0 } = {} } = error as Error & {
      $metadata?: { httpStatusCode?: number };
    };
    // A network failure, or an error of AWS's servers, says nothing about the session.
    return status >= 400 && status < 500 ? { live: false, refused: `${name}: ${wordsOfAws(error)}` } : {};
  }
}

/**
 * AWS's error for a session that a policy denies everything. GetCallerIdentity is answered all the same (STS API Reference,
 * "GetCallerIdentity"), so another call is made. A session whose deny covers only that call cannot be told from one that may do nothing.
 * A service control policy ends sessions of a shared role. An organization may have others that deny single services, so that a second
 * service is asked before the session is called dead.
 */
async function endedByPolicy(session: Credentials, clockOffset: number): Promise<string | undefined> {
  const [{ GetAccountSummaryCommand }, { GetAccessKeyInfoCommand }] = await Promise.all([
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-sts"),
  ]);
  const iam = await iamFor(session, clockOffset);
  const first = await denialOf(iam.send(new GetAccountSummaryCommand({})));
  if (first === undefined || isDeniedToOwner(first)) return first && `${first.name}: ${wordsOfAws(first)}`;
  const sts = await stsFor(session, clockOffset);
  const second = await denialOf(sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: session.accessKeyId })));
  return second && `${second.name}: ${wordsOfAws(second)}`;
}

/** The error of a call that a policy has denied, of the caller's own or of the organization; undefined for any other outcome. */
async function denialOf(call: Promise<unknown>): Promise<Error | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error instanceof Error && (isDeniedToOwner(error) || isDeniedByOrganization(error)) ? error : undefined;
  }
}

const isDeniedByOrganization = (error: Error): boolean =>
  isAccessDenied(error) && error.message.includes("explicit deny in a service control policy");
