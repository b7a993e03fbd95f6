import type { AccessKey, User } from "./entities.ts";
import type { Caller } from "./caller.ts";
import { accessKeyId, secretAccessKey, sessionToken } from "./identifiers.ts";

/** A long-term key and its owner. Without a user it belongs to the account's root user. */
export interface LongTermKey {
  readonly key: AccessKey;
  readonly accountId: string;
  readonly user?: User;
}

/** Temporary credentials and the caller that they authenticate. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: Date;
  readonly caller: Caller;
}

/** The content of the token in a console sign-in address. */
export interface SigninToken {
  readonly caller: Caller;
  readonly expires: Date;
}

/** All credentials of all accounts, by which requests are signed. */
export class CredentialStore {
  readonly keys = new Map<string, LongTermKey>();
  readonly sessions = new Map<string, Session>();
  readonly signinTokens = new Map<string, SigninToken>();

  key(id: string): LongTermKey | undefined {
    return this.keys.get(id);
  }

  session(id: string): Session | undefined {
    return this.sessions.get(id);
  }

  createKey(accountId: string, user: User, created: Date, pair = newPair()): AccessKey {
    const key = newKey(created, pair);
    user.accessKeys.push(key);
    this.keys.set(key.accessKeyId, { key, accountId, user });
    return key;
  }

  createRootKey(accountId: string, created: Date): AccessKey {
    const key = newKey(created);
    this.keys.set(key.accessKeyId, { key, accountId });
    return key;
  }

  /** The access keys of the account's root user. */
  rootKeys(accountId: string): LongTermKey[] {
    return [...this.keys.values()].filter((key) => key.accountId === accountId && key.user === undefined);
  }

  deleteKey(user: User, key: AccessKey): void {
    user.accessKeys.splice(user.accessKeys.indexOf(key), 1);
    this.keys.delete(key.accessKeyId);
  }

  createSession(caller: Caller, expires: Date): Session {
    const session = {
      accessKeyId: accessKeyId("ASIA"),
      secretAccessKey: secretAccessKey(),
      sessionToken: sessionToken(),
      expires,
      caller,
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }

  signinToken(token: string): SigninToken | undefined {
    return this.signinTokens.get(token);
  }

  createSigninToken(caller: Caller, expires: Date): string {
    const token = sessionToken();
    this.signinTokens.set(token, { caller, expires });
    return token;
  }
}

const newPair = () => ({ accessKeyId: accessKeyId("AKIA"), secretAccessKey: secretAccessKey() });

function newKey(created: Date, pair = newPair()): AccessKey {
  return { ...pair, status: "Active", created };
}
