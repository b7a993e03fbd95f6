import type { IAMClient } from "@aws-sdk/client-iam";

import { wordsOfAws } from "../aws/error-words.ts";
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
    const ended = await endedByPolicy(await iamFor(session, clockOffset));
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
 */
async function endedByPolicy(iam: IAMClient): Promise<string | undefined> {
  const { GetAccountSummaryCommand } = await import("@aws-sdk/client-iam");
  try {
    await iam.send(new GetAccountSummaryCommand({}));
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !isDeniedToOwner(error)) return undefined;
    return `${error.name}: ${wordsOfAws(error)}`;
  }
}
