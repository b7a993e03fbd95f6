import { liveSession, type Memory } from "./memory.ts";
import { loginProfiles, sessionIn } from "./profile.ts";
import type { CheckedLogin } from "../results/login.ts";
import { checkedSession } from "./session-check.ts";

/**
 * The profiles that `login` has written, and what is remembered besides, each asked about: what the file says of its expiry may be
 * edited, or out of date.
 */
export async function checkedLogins(memory: Memory, clockOffset: number): Promise<CheckedLogin[]> {
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
      ...(await checkedSession(session, clockOffset)),
    })),
  );
}
