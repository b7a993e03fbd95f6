import { liveSession, type Memory } from "./memory.ts";
import { loginProfiles, sessionIn } from "./profile.ts";
import type { LoginInAws } from "../results/login.ts";
import { sessionInAws } from "./session-in-aws.ts";

/**
 * The profiles that `login` has written and the remembered sessions, with AWS's word on each: the expiration in the file may have been
 * edited, or be out of date.
 */
export async function loginsInAws(memory: Memory, clockOffset: number): Promise<LoginInAws[]> {
  const written = await Promise.all(
    (await loginProfiles()).map(async (login) => ({ login, session: await sessionIn(login.profile) })),
  );
  const inProfiles = written.map(({ session }) => session.accessKeyId);
  const remembered = Object.keys(memory.sessions)
    .flatMap((account) => liveSession(memory, account, 0) ?? [])
    .filter(({ accessKeyId }) => !inProfiles.includes(accessKeyId))
    .map((session) => ({ login: { account: session.account, expires: session.expires }, session }));
  return Promise.all(
    [...written, ...remembered].map(async ({ login, session }) => ({
      ...login,
      ...(await sessionInAws(session, clockOffset)),
    })),
  );
}
