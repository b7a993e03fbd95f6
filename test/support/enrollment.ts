import { expect } from "chai";
import { readFile, rm } from "node:fs/promises";

import type { Credentials } from "../sandbox/index.ts";
import type { Administrator } from "./harness.ts";
import type { Terminal } from "./terminal.ts";
import type { Workstation } from "./workstation.ts";

/** Reads the secret from the screen, as a person types it into an app. */
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

/** Types an access key in. */
export async function typeKey(terminal: Terminal, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
  await terminal.waitFor("Access key ID:");
  terminal.enter(accessKeyId);
  await terminal.waitFor("Secret access key:");
  terminal.enter(secretAccessKey);
}

/** Skips the one-time password, which is then changed at the first sign-in to the console. */
export async function skipPassword(terminal: Terminal): Promise<void> {
  await terminal.waitFor("One-time password");
  terminal.enter();
}

/** Changes the one-time password. */
export async function changePassword(terminal: Terminal, oneTime: string, wanted: string): Promise<void> {
  await terminal.waitFor("One-time password");
  terminal.enter(oneTime);
  await typeNewPassword(terminal, wanted);
}

/** Types a new password twice. */
export async function typeNewPassword(terminal: Terminal, wanted: string): Promise<void> {
  await terminal.waitFor("New password:");
  terminal.enter(wanted);
  await terminal.waitFor("The same again:");
  terminal.enter(wanted);
}

/** Accepts the offered account, and logs in to it with a code. */
export async function logInAtLast(terminal: Terminal, station: Workstation): Promise<void> {
  await terminal.waitFor("Account:");
  terminal.enter();
  await terminal.waitFor("MFA code");
  terminal.enter(station.nextCode());
  await terminal.waitFor("First login  works");
}

/** The same, to the end of `enroll`. */
export async function finishEnrollment(terminal: Terminal, station: Workstation): Promise<void> {
  await logInAtLast(terminal, station);
  expect(await terminal.ended()).to.equal(0);
}

/** Gives a developer a new one-time password, as an administrator. */
export async function oneTimePassword(admin: Administrator, userName: string): Promise<string> {
  const path = `${admin.directory}/password-${userName}`;
  await rm(path, { force: true });
  await admin.succeed("reset-password", userName, "--yes", "--password-file", path);
  return (await readFile(path, "utf8")).trim().slice(userName.length + 1);
}
