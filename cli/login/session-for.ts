import { Failure } from "../failure.ts";
import { canAsk } from "../terminal/ask.ts";
import { requireAccessKey } from "./access-key.ts";
import { login, type LoginOptions } from "./login.ts";
import { liveSession, LoginMemory, type Session } from "./memory.ts";

/**
 * A session of one account: the remembered one while it lasts for some minutes, else a new one by a code that is asked for.
 *
 * @param options.asked whether AWS is asked if it still takes the remembered one, which may have been ended before its time
 */
export async function sessionFor(
  options: Pick<LoginOptions, "cacheDirectory" | "sourceProfile" | "kit" | "duration"> & {
    account: string | undefined;
    asked?: boolean;
  },
): Promise<Session> {
  const key = await requireAccessKey(options.sourceProfile);
  const memory = await new LoginMemory(options.cacheDirectory, key.accessKeyId).read();
  const account = options.account ?? memory.account;
  const session = account === undefined ? undefined : liveSession(memory, account);
  if (session !== undefined && !(options.asked === true && (await isEnded(session)))) return session;
  // Whoever runs this may swallow a question, and wait for ever.
  if (!canAsk()) {
    const where = account === undefined ? "" : ` --account ${account}`;
    throw new Failure(
      `You are not logged in${account === undefined ? "" : ` to ${account}`}, and there is no terminal to ask for an MFA code on.`,
      `Run mfa-admin login${where}.`,
    );
  }
  const [opened] = await login({ ...options, all: false, chain: false, code: undefined });
  if (opened === undefined) throw new Error("a login without a session");
  return opened;
}

async function isEnded(session: Session): Promise<boolean> {
  const { checkedSession } = await import("./live-logins.ts");
  const { live, refused } = await checkedSession(session, 0);
  if (live === false) {
    process.stderr.write(`Your session of ${session.account} works no more: ${refused ?? ""}\n`);
  }
  return live === false;
}
