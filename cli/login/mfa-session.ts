import { Failure } from "../failure.ts";
import { canAsk } from "../terminal/ask.ts";
import { codeToUse, rememberedCode, UsedCodes } from "./code.ts";
import type { Credentials } from "./developer-clients.ts";
import { codeDevices } from "./devices.ts";
import { LoginMemory } from "./memory.ts";
import type { Myself } from "./myself.ts";
import type { AccessKey } from "./own-access-key.ts";
import { ownSession, spending, withAnyDevice } from "./sessions.ts";

/** The shortest session of GetSessionToken, in seconds (AWS STS API Reference, "GetSessionToken"). */
const shortest = 900;

/**
 * A short GetSessionToken session of the developer, with MFA, which `accessKeys: with-mfa` requires for managing access keys.
 *
 * @param options.given six digits; asked for when left out
 * @param options.onCode called before AWS sees the code
 */
export async function sessionWithMfa(
  { key, myself }: { key: AccessKey; myself: Myself },
  { cacheDirectory, given, onCode }: { cacheDirectory: string; given: string | undefined; onCode: () => void },
): Promise<Credentials> {
  const memory = new LoginMemory(cacheDirectory, key.accessKeyId);
  return memory.exclusively(async () => {
    const remembered = await memory.read();
    const devices = codeDevices(myself, remembered.device);
    if (given === undefined && !canAsk()) {
      throw new Failure(
        "Your organization wants MFA for access keys, and there is no terminal to ask for a code on.",
        "Run mfa-admin rotate-key CODE.",
      );
    }
    const tokenCode = await codeToUse(given, new UsedCodes(remembered), "MFA code");
    const { userName } = myself;
    const request = { key, clockOffset: myself.clockOffset, assignment: { userName, sessionDuration: shortest } };
    onCode();
    const { opened, device } = await spending(memory, tokenCode, () =>
      withAnyDevice(devices, (serialNumber) =>
        ownSession(request, { SerialNumber: serialNumber, TokenCode: tokenCode }),
      ),
    );
    await memory.change((now) => ({ ...now, device, lastCode: rememberedCode(tokenCode) }));
    return opened;
  });
}
