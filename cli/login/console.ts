import type { ConsoleResult } from "../results/login.ts";
import type { Printer } from "../terminal/printer.ts";
import { consoleAddress } from "./console-address.ts";
import { sessionFor } from "./session-for.ts";

type SessionOptions = Omit<Parameters<typeof sessionFor>[0], "duration" | "asked">;

/** Opens the console as a role in the browser, or prints the sign-in address. */
export async function signInToConsole(
  { open, ...options }: SessionOptions & { open: boolean },
  printer: Printer,
): Promise<ConsoleResult> {
  const session = await sessionFor({ ...options, duration: undefined, asked: true });
  const { account } = session;
  const address = await consoleAddress(session);
  if (open) {
    const { openInBrowser } = await import("./browser.ts");
    if (await openInBrowser(address)) {
      printer.log(`Opened the console of ${account} in the browser.`);
      return { account };
    }
    printer.logToStderr("No browser could be opened here. Open this address, which is good for 15 minutes:");
  }
  printer.log(address);
  return { account, address };
}
