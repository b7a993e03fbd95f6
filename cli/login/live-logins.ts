import { wordsOfAws } from "../aws/words.ts";
import { stsFor } from "./clients.ts";
import { type LoginProfile, loginProfiles, sessionIn } from "./profile.ts";

/** A profile that `login` has written, and what AWS says of the session in it. */
export interface CheckedLogin extends LoginProfile {
  /** Whether AWS takes the session; left out where AWS could not be asked. */
  live?: boolean;
  /** Why not, in AWS's words. */
  refused?: string;
}

/** The profiles that `login` has written, each asked about: what the file says of its expiry may be edited, or out of date. */
export async function checkedLogins(clockOffset: number): Promise<CheckedLogin[]> {
  return Promise.all(
    (await loginProfiles()).map(async (login) => ({ ...login, ...(await check(login.profile, clockOffset)) })),
  );
}

async function check(profile: string, clockOffset: number): Promise<Pick<CheckedLogin, "live" | "refused">> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  try {
    await (await stsFor(await sessionIn(profile), clockOffset)).send(new GetCallerIdentityCommand({}));
    return { live: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, $metadata: { httpStatusCode: status = 0 } = {} } = error as Error & {
      $metadata?: { httpStatusCode?: number };
    };
    // A network that fails, or an AWS that is in trouble, says nothing of the session.
    return status >= 400 && status < 500 ? { live: false, refused: `${name}: ${wordsOfAws(error)}` } : {};
  }
}
