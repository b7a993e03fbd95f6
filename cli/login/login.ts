import type { Assignment } from "../../infra/assignment.ts";
import { Failure } from "../failure.ts";
import { canAsk } from "../terminal/ask.ts";
import { type AccessKey, ownAccessKeys } from "./own-access-key.ts";
import { chooseAccount, chooseAccounts, requireAccount } from "./choose-account.ts";
import { codeToUse, rememberedCode, UsedCodes } from "./code.ts";
import { tellOldKey } from "./key-age.ts";
import { codeDevices } from "./devices.ts";
import { liveSession, LoginMemory, type Memory, type Session } from "./memory.ts";
import { type Myself, assignmentToMe, warnOfClock } from "./myself.ts";
import { ownAmong } from "./own-key.ts";
import {
  chainedLimit,
  type Opened,
  openSessions,
  type SessionRequest,
  spending,
  withAnyDevice,
  WrongCode,
} from "./sessions.ts";
import { type Stands, tellingHowItStands } from "../terminal/moment.ts";
import { tell } from "../terminal/tell.ts";

export interface LoginOptions {
  cacheDirectory: string;
  sourceProfile: string | undefined;
  kit: string | undefined;
  /** An account's name; the last choice, or the only one, by default. */
  account: string | undefined;
  /** Whether to log in to every assigned account. */
  all: boolean;
  /** Whether GetSessionToken comes first, so that the sessions carry MFA in their context. */
  chain: boolean;
  /** Seconds; the role's maximum by default. */
  duration: number | undefined;
  /** Six digits; asked for when it is not given. */
  code: string | undefined;
}

/** The sessions that a login has opened, and the accounts that have refused. */
export type LoggedIn = Pick<Opened, "sessions" | "refused">;

/** The facts that a login needs before it asks for a code. */
interface OpenedLogin {
  key: AccessKey;
  myself: Myself;
  request: SessionRequest;
  memory: LoginMemory;
}

const nothingYet = "Nothing was changed, and no code was used: run it again.";
const codeSent =
  "The code may be used up, and no profile has its session: wait for your device's next code, then run it again.";

/** Attempts to type a code on a terminal. */
const tries = 3;

/**
 * Logs in: finds out the user and the assignment, asks for the account and the code where they are not given, and opens the sessions.
 * Nothing is written but the memory.
 *
 * @param onAccounts called with the accounts before a code is asked for
 */
export function login(
  options: LoginOptions,
  onAccounts: (accounts: string[]) => Promise<void> = () => Promise.resolve(),
): Promise<LoggedIn> {
  return tellingHowItStands(nothingYet, (stands) => loginInSteps(options, onAccounts, stands));
}

async function loginInSteps(
  options: LoginOptions,
  onAccounts: (accounts: string[]) => Promise<void>,
  stands: Stands,
): Promise<LoggedIn> {
  const { all, chain, code } = options;
  if (chain || all) requireChainable(options.duration);
  const candidates = await ownAccessKeys(options.sourceProfile);
  const memories = new Map(candidates.map((one) => [one, new LoginMemory(options.cacheDirectory, one.accessKeyId)]));
  const before = new Map(
    await Promise.all([...memories].map(async ([one, memory]) => [one, await memory.read()] as const)),
  );
  const { key, myself } = await ownAmong(candidates, options);
  const memory = memories.get(key) ?? new LoginMemory(options.cacheDirectory, key.accessKeyId);
  const began = before.get(key) ?? { sessions: {} };
  warnOfClock(myself);
  const assignment = await assignmentToMe(myself, options.kit);
  requireShortEnough(options.duration, assignment);
  await tellOldKey(key, myself, assignment);
  const accounts = await chosenAccounts(options, assignment, memory);
  const chained = chain || accounts.length > 1;
  const request: SessionRequest = {
    key,
    assignment,
    accounts,
    chain: chained,
    duration: options.duration ?? (chained ? chainedLimit : assignment.sessionDuration),
    clockOffset: myself.clockOffset,
  };
  await onAccounts(accounts);
  const login = { key, myself, request, memory };
  return memory.exclusively(async () => {
    const remembered = await memory.read();
    const made = code === undefined ? madeMeanwhile(began, remembered, request) : undefined;
    if (made === undefined) return loginWithCode(login, { remembered, given: code, stands });
    return { sessions: made, refused: [] };
  });
}

/** The sessions that another login has opened while this one waited for it: two logins at once ask for one code. */
function madeMeanwhile(began: Memory, now: Memory, { accounts, chain }: SessionRequest): Session[] | undefined {
  const sessions = accounts.map((account) => liveSession(now, account));
  const isNew = sessions.every(
    (session, index) =>
      session?.chained === chain && session.sessionToken !== began.sessions[accounts[index] ?? ""]?.sessionToken,
  );
  return isNew ? sessions.filter((session) => session !== undefined) : undefined;
}

async function loginWithCode(
  { myself, request, memory }: OpenedLogin,
  { remembered, given, stands }: { remembered: Memory; given: string | undefined; stands: Stands },
): Promise<LoggedIn> {
  const devices = codeDevices(myself, remembered.device);
  if (given === undefined && !canAsk()) {
    throw new Failure("An MFA code is needed, and there is no terminal to ask on.", "Run mfa-admin login CODE.");
  }
  const used = new UsedCodes(remembered);
  // The question names the account: behind another program nothing else on the screen does.
  const [account, ...others] = request.accounts;
  const what = account === undefined || others.length > 0 ? "MFA code" : `MFA code for ${account}`;
  for (let attempt = 1; ; attempt++) {
    const code = await codeToUse(attempt === 1 ? given : undefined, used, what);
    stands(codeSent);
    try {
      const { opened, device } = await spending(memory, code, () =>
        withAnyDevice(devices, (serialNumber) => openSessions(request, { serialNumber, tokenCode: code })),
      );
      const { sessions, refused, own } = opened;
      const chosen = request.accounts.length === 1 ? request.accounts : [];
      await memory.change(({ used = [], ...now }) => ({
        ...now,
        device,
        lastCode: rememberedCode(code),
        used: [...chosen, ...used.filter((account) => !chosen.includes(account))],
        ...(own && { own }),
        sessions: {
          ...now.sessions,
          ...Object.fromEntries(sessions.map((session) => [session.account, session])),
        },
      }));
      return { sessions, refused };
    } catch (error) {
      if (!(error instanceof WrongCode) || given !== undefined || !canAsk() || attempt >= tries) throw error;
      stands(nothingYet);
      tell(`${error.message} Type the one that the device shows now.`);
    }
  }
}

async function chosenAccounts(
  { all, account }: LoginOptions,
  assignment: Assignment,
  memory: LoginMemory,
): Promise<string[]> {
  if (all) return chooseAccounts(assignment);
  if (account !== undefined) {
    requireAccount(assignment, account);
    return [account];
  }
  return [await chooseAccount(assignment, (await memory.read()).used)];
}

/** Refuses a duration that the role does not allow, so that no code is spent on it. */
function requireShortEnough(duration: number | undefined, { sessionDuration, roleName }: Assignment): void {
  if (duration === undefined || duration <= sessionDuration) return;
  throw new Failure(
    `--duration ${duration}: a session of ${roleName} lasts ${sessionDuration} s at most.`,
    "Give a shorter --duration, or leave it out for the longest.",
  );
}

function requireChainable(duration: number | undefined): void {
  if (duration === undefined || duration <= chainedLimit) return;
  throw new Failure(
    `--duration ${duration}: a session by way of another one lasts ${chainedLimit} s at most.`,
    "Leave out --chain and --all, or give a shorter --duration.",
  );
}
