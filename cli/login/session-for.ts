import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import { canAsk, hasTerminal } from "../terminal/ask.ts";
import { type AccessKey, ownAccessKeys } from "./own-access-key.ts";
import { login, type LoginOptions } from "./login.ts";
import { lasts, liveSession, LoginMemory, type Memory, type OwnSession, type Session } from "./memory.ts";
import { tell } from "../terminal/tell.ts";

/**
 * A session of an account: the remembered one if it lasts for some minutes more, else a new one by a code that is asked for.
 *
 * @param options.asked whether AWS is asked if the remembered session still works, which may have been ended before its time
 */
export async function sessionFor(
  options: Pick<LoginOptions, "cacheDirectory" | "sourceProfile" | "kit" | "duration"> & {
    account: string | undefined;
    asked?: boolean;
  },
): Promise<Session> {
  const keys = await ownAccessKeys(options.sourceProfile);
  const { store, memory, account } = await rememberedBy(keys, options);
  const session = account === undefined ? undefined : liveSession(memory, account);
  if (session !== undefined && !(options.asked === true && (await isEnded(session)))) return session;
  const renewed = session === undefined ? await renew(store, memory, account, options.duration) : undefined;
  if (renewed !== undefined) return renewed;
  if (!canAsk()) throw notLoggedIn(account);
  const {
    sessions: [opened],
  } = await login({ ...options, all: false, chain: false, code: undefined });
  if (opened === undefined) throw new Error("a login without a session");
  return opened;
}

/** What is remembered of the logins with an access key, and the account that is meant: the one given, or the last one. */
interface Remembered {
  store: LoginMemory;
  memory: Memory;
  account: string | undefined;
}

/**
 * The memory of the first key whose login goes on. AWS is not asked whose the keys are, as it is by a login, which may have passed over the
 * first ones: a dead key of the environment, or one of another organization.
 */
async function rememberedBy(
  [first, ...others]: [AccessKey, ...AccessKey[]],
  options: { cacheDirectory: string; account: string | undefined },
): Promise<Remembered> {
  const ofKey = async ({ accessKeyId }: AccessKey): Promise<Remembered> => {
    const store = new LoginMemory(options.cacheDirectory, accessKeyId);
    const memory = await store.read();
    return { store, memory, account: options.account ?? memory.used?.[0] };
  };
  const ofFirst = await ofKey(first);
  if (goesOn(ofFirst)) return ofFirst;
  for (const other of others) {
    const remembered = await ofKey(other);
    if (goesOn(remembered)) return remembered;
  }
  return ofFirst;
}

/** Whether the account is open, or can be opened again without a code. */
function goesOn({ memory, account }: Remembered): boolean {
  if (account === undefined) return false;
  if (liveSession(memory, account) !== undefined) return true;
  const opened = openedByOwn(memory, account);
  return opened !== undefined && lasts(opened.own);
}

/** The session of an account that a session of the developer's own has opened, and that own one, which may be over. */
function openedByOwn({ own, sessions }: Memory, account: string): { own: OwnSession; before: Session } | undefined {
  const before = sessions[account];
  return own === undefined || before?.chained !== true ? undefined : { own, before };
}

/** The error where a code cannot be asked for: the calling program may hide the question, and wait for ever. */
function notLoggedIn(account: string | undefined): Failure {
  const [to, flag] = account === undefined ? ["", ""] : [` to ${account}`, ` --account ${account}`];
  return hasTerminal()
    ? new Failure(
        `You are not logged in${to}, and a code cannot be asked for here: the program that runs this keeps what it prints.`,
        `Run mfa-admin login${flag}; or let it ask on the terminal all the same, with --ask in credential_process.`,
      )
    : new Failure(
        `You are not logged in${to}, and there is no terminal to ask for an MFA code on.`,
        `Run mfa-admin login${flag}.`,
      );
}

/** Opens a session of `login --all` or `--chain` again, without a code, as long as the developer's own session lasts. */
async function renew(
  store: LoginMemory,
  memory: Memory,
  account: string | undefined,
  duration: number | undefined,
): Promise<Session | undefined> {
  const opened = account === undefined ? undefined : openedByOwn(memory, account);
  if (opened === undefined) return undefined;
  const { own, before } = opened;
  if (!lasts(own)) {
    if (own.mfaMaxAge !== undefined) {
      tell(`Your last MFA code is older than ${own.mfaMaxAge} s, which is all that your organization allows.`);
    }
    return undefined;
  }
  const [{ openAgain }, { isDeniedToOwner }] = await Promise.all([import("./sessions.ts"), import("./explain-key.ts")]);
  try {
    const session = await openAgain(own, before, duration);
    await store.change((now) => ({ ...now, sessions: { ...now.sessions, [session.account]: session } }));
    return session;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const denied = isDeniedToOwner(error)
      ? " A policy of your own user denies it: your access there is over (until), or was shut off otherwise."
      : " Your last MFA code may be too old for your organization.";
    const hint = isAccessDenied(error) ? denied : "";
    tell(`Your session of ${before.account} could not be renewed: ${wordsOfAws(error)}${hint}`);
    return undefined;
  }
}

async function isEnded(session: Session): Promise<boolean> {
  const { sessionInAws } = await import("./session-in-aws.ts");
  const { live, refused } = await sessionInAws(session, 0);
  if (live === false) {
    tell(`Your session of ${session.account} works no more: ${refused ?? ""}`);
  }
  return live === false;
}
