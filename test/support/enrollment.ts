import type { Terminal } from "./terminal.ts";
import type { Workstation } from "./workstation.ts";

/** Reads the secret off the screen, as somebody types it into an app. */
export async function scanSecret(terminal: Terminal, station: Workstation): Promise<void> {
  await terminal.waitFor("Scan this with an authenticator app");
  await terminal.waitFor("First code");
  const [, secret = ""] = [...terminal.screen.matchAll(/^((?:[A-Z2-7]{4} ?){8,})\s*$/gm)].at(-1) ?? [];
  station.scan(secret.replaceAll(" ", ""));
}

/** Types two codes in a row. */
export async function typeTwoCodes(terminal: Terminal, station: Workstation): Promise<void> {
  terminal.enter(station.nextCode());
  await terminal.waitFor("Second code (the next one, in");
  terminal.enter(station.nextCode());
}
