import { onTerminal } from "../terminal/ask.ts";
import type { Session } from "./memory.ts";
import { sessionFor } from "./session-for.ts";

type SessionOptions = Omit<Parameters<typeof sessionFor>[0], "asked">;

/**
 * A session in the format of a `credential_process` (AWS CLI User Guide, "Sourcing credentials with an external process").
 *
 * @param options.ask whether a code is asked for on the terminal itself, wherever this process's streams lead
 */
export async function processCredentials({ ask, ...options }: SessionOptions & { ask: boolean }) {
  const open = (): Promise<Session> => sessionFor(options);
  const { accessKeyId, secretAccessKey, sessionToken, expires } = await (ask ? onTerminal(open) : open());
  return {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expires,
  };
}
