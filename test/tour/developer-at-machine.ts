import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Credentials, type Sandbox, tokenCode } from "../sandbox/index.ts";
import { Terminal } from "../support/terminal.ts";
import { isolatedEnvironment } from "../support/environment.ts";
import { cli, mfaAdmin } from "./commands.ts";

const step = 30_000;
const newPassword = "correct-Horse-8-battery";

/** A developer at a machine of their own, with our commands and an authenticator app. */
export class DeveloperAtMachine {
  private readonly sandbox: Sandbox;
  private readonly home: string;
  private seed = "";
  private lastStep = 0;

  private constructor(sandbox: Sandbox, home: string) {
    this.sandbox = sandbox;
    this.home = home;
  }

  static async at(sandbox: Sandbox, home: string): Promise<DeveloperAtMachine> {
    await mkdir(home);
    return new DeveloperAtMachine(sandbox, home);
  }

  /** Answers the questions of `mfa-admin enroll` as a developer would, and shows what it says. Returns its seconds. */
  async enroll(firstKey: Credentials, oneTimePassword: string): Promise<number> {
    process.stdout.write("\n$ mfa-admin enroll\n");
    const started = Date.now();
    const shell = ["/bin/sh", "-c", '"$@" >enroll.txt', "sh", process.execPath, cli, "enroll"];
    const terminal = new Terminal(shell, this.home, this.environment, () => undefined);
    const answer = async (question: string, shown: string, typed: () => string): Promise<void> => {
      await terminal.waitFor(question);
      process.stdout.write(`? ${question} ${shown}\n`);
      terminal.enter(typed());
    };
    await answer("Access key ID:", firstKey.accessKeyId, () => firstKey.accessKeyId);
    await answer("Secret access key:", "(not shown)", () => firstKey.secretAccessKey);
    await answer("One-time password", "(not shown)", () => oneTimePassword);
    await answer("New password:", "(not shown)", () => newPassword);
    await answer("The same again:", "(not shown)", () => newPassword);
    await terminal.waitFor("Scan this with an authenticator app");
    process.stdout.write("  A QR code is drawn, and scanned with an authenticator app.\n");
    await terminal.waitFor("First code");
    const [, secret = ""] = /^((?:[A-Z2-7]{4} ?){8,})\s*$/m.exec(terminal.screen) ?? [];
    this.seed = secret.replaceAll(" ", "");
    for (const question of ["First code", "Second code", "MFA code"]) {
      const code = this.nextCode();
      if (question === "MFA code") await answer("Account:", "(the first)", () => "");
      await (question === "First code" ? Promise.resolve() : terminal.waitFor(question));
      process.stdout.write(`? ${question}: ${code}\n`);
      terminal.enter(code);
    }
    const status = await terminal.ended();
    process.stdout.write(await readFile(join(this.home, "enroll.txt"), "utf8"));
    if (status !== 0) throw new Error(`mfa-admin enroll ended with status ${status}:\n${terminal.screen}`);
    return (Date.now() - started) / 1000;
  }

  /** Runs one of the developer's commands. */
  run(...args: string[]): Promise<number> {
    return mfaAdmin(args, this.home, this.environment);
  }

  /** The session in the profile that `login` writes. */
  async session(profile = "dev"): Promise<Credentials> {
    const text = await readFile(join(this.home, ".aws", "credentials"), "utf8");
    const section = text.slice(text.indexOf(`[${profile}]`));
    const value = (key: string): string => new RegExp(`^${key} = (.*)$`, "m").exec(section)?.[1] ?? "";
    return {
      accessKeyId: value("aws_access_key_id"),
      secretAccessKey: value("aws_secret_access_key"),
      sessionToken: value("aws_session_token"),
    };
  }

  /** A code that was not used yet; the local AWS's time goes on for it where need be. */
  nextCode(): string {
    const now = (): number => Math.floor(this.sandbox.clock.now().getTime() / step);
    const next = Math.max(this.lastStep + 1, now());
    while (now() < next - 1) this.sandbox.clock.advance(1);
    this.lastStep = next;
    return tokenCode(this.seed, new Date(next * step));
  }

  /** The environment has the endpoint alone: keys are in the files that the commands write. */
  private get environment(): Record<string, string> {
    const kept = Object.entries(isolatedEnvironment()).filter(([name]) => !/^(XDG_|PULUMI_)/.test(name));
    const { AWS_ENDPOINT_URL = "", NO_PROXY = "", no_proxy = "" } = this.sandbox.environment();
    return { ...Object.fromEntries(kept), HOME: this.home, AWS_ENDPOINT_URL, NO_PROXY, no_proxy };
  }
}
