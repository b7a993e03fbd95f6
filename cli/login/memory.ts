import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { withFileLock } from "../aws-files/file-lock.ts";
import { tell } from "../terminal/tell.ts";

/** Credentials of a developer's role in one account. */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** ISO 8601. */
  expires: string;
  /** The account's name. */
  account: string;
  roleArn: string;
  /** Whether the session was opened by a session of the developer's own, and carries MFA; it lasts an hour at most then. */
  chained: boolean;
  /** The region that the organization gives to the developers' profiles. */
  region?: string;
}

/** A session of the developer's own in the auth account, with MFA: it opens accounts without a further code. */
export interface OwnSession extends Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken" | "expires"> {
  userName: string;
  /** The oldest MFA, in seconds, that opens an account, where it is limited: the session ends at that age. */
  mfaMaxAge?: number;
}

/** The memory of logins with one access key, between commands. */
export interface Memory {
  /** Serial number of the MFA device whose code was right last time. */
  device?: string;
  /** Names of the accounts that were chosen, the last one first. */
  used?: string[];
  /** The GetSessionToken session of `login --all` or `--chain`. */
  own?: OwnSession;
  /** The hash of the last code that AWS has accepted, and its time in milliseconds since the epoch. */
  lastCode?: { hash: string; usedAt: number };
  /** Sessions by the account's name. */
  sessions: Partial<Record<string, Session>>;
}

/** The memory of one access key: a file with mode 0600 that nobody else reads, below the cache directory. */
export class LoginMemory {
  private readonly path: string;

  constructor(cacheDirectory: string, accessKeyId: string) {
    this.path = join(loginsDirectory(cacheDirectory), `${accessKeyId}.json`);
  }

  /** The memory. A file that cannot be read counts as empty, which costs a code and no more. */
  async read(): Promise<Memory> {
    try {
      const { sessions, ...rest } = JSON.parse(await readFile(this.path, "utf8")) as Partial<Memory>;
      return { ...rest, sessions: sessions ?? {} };
    } catch {
      return { sessions: {} };
    }
  }

  /** Edits the file's current content: somebody may have logged out while a code was asked for. */
  async change(edit: (memory: Memory) => Memory): Promise<void> {
    const { default: writeFileAtomic } = await import("write-file-atomic");
    const text = `${JSON.stringify(edit(await this.read()))}\n`;
    await unlessUnwritable(dirname(this.path), async () => {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await writeFileAtomic(this.path, text, { mode: 0o600 });
    });
  }

  /** Does something while no other mfa-admin asks for a code, or uses one, for the same key. */
  async exclusively<T>(act: () => Promise<T>): Promise<T> {
    await unlessUnwritable(dirname(this.path), () => mkdir(dirname(this.path), { recursive: true, mode: 0o700 }));
    return withFileLock(this.path, act, () => {
      tell("Waiting for another mfa-admin, which is asking for a code.");
    });
  }
}

/**
 * Lets the login with an old key go on with the new one: the sessions live as long as they would have, and the codes that were used are those
 * of the same device.
 */
export async function handOnLogin(cacheDirectory: string, old: string, made: string): Promise<void> {
  const memory = await new LoginMemory(cacheDirectory, old).read();
  if (memory.lastCode === undefined) return;
  await new LoginMemory(cacheDirectory, made).change((now) => ({ ...memory, ...now, sessions: memory.sessions }));
}

let told = false;

/** Writes, or says that nothing can be remembered. The login goes on: the next one costs a code and no more. */
async function unlessUnwritable(directory: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "") throw error;
    if (!told) tell(`Nothing is remembered of this login, since ${directory} cannot be written: ${message}.`);
    told = true;
  }
}

/** Removes all memories, and files that a crash has left half-written. Locks stay: a login may be waiting for its code. */
export async function forgetLogins(cacheDirectory: string): Promise<void> {
  const directory = loginsDirectory(cacheDirectory);
  const names = await readdir(directory).catch(() => []);
  const forgotten = names.filter((name) => !name.endsWith(".lock"));
  await Promise.all(forgotten.map((name) => rm(join(directory, name), { force: true })));
}

/** The directory of the memories. */
export function loginsDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, "logins");
}

/** A remembered session of an account that lasts for some minutes more. */
export function liveSession({ sessions }: Memory, account: string, minutes = 5): Session | undefined {
  const session = sessions[account];
  return session && lasts(session, minutes) ? session : undefined;
}

/** Whether a session lasts for some minutes more. One whose end cannot be read does not. */
export function lasts({ expires }: Pick<Session, "expires">, minutes = 0): boolean {
  return Date.parse(expires) > Date.now() + minutes * 60_000;
}
