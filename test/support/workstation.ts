import { CreateAccessKeyCommand } from "@aws-sdk/client-iam";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Credentials, type Sandbox, tokenCode } from "../sandbox/index.ts";
import { administratorOf, clients, enableDevice } from "../sandbox/testing.ts";
import { Administrator, program, type Result, type RunOptions } from "./harness.ts";
import { type Size, Terminal } from "./terminal.ts";

const step = 30_000;

/** An applied stack, and alice, who is enrolled. @param edit changes the settings before they are applied */
export async function aliceAtWork(
  developers = ["alice"],
  edit?: (text: string) => string,
): Promise<{ admin: Administrator; alice: Workstation }> {
  const admin = await Administrator.withStack({ developers, ...(edit !== undefined && { edit }) });
  return { admin, alice: await Workstation.enrolled(admin) };
}

/** A developer's own machine: a home directory, an access key, an authenticator app, and the built CLI. */
export class Workstation {
  readonly home: string;
  readonly userName: string;
  readonly sandbox: Sandbox;
  readonly #admin: Administrator;
  #key: Credentials | undefined;
  #seed = "";
  #lastStep = 0;

  private constructor(admin: Administrator, userName: string, home: string) {
    this.#admin = admin;
    this.sandbox = admin.sandbox;
    this.userName = userName;
    this.home = home;
  }

  /** A machine with nothing but what the administrator has handed over. {@link Administrator.close} takes it away. */
  static async new(admin: Administrator, userName = "alice"): Promise<Workstation> {
    return new Workstation(admin, userName, await admin.makeDirectory("mfa-admin-home-"));
  }

  /** A machine with an access key in the profile `auth`, whose developer has an MFA device. */
  static async enrolled(admin: Administrator, userName = "alice"): Promise<Workstation> {
    const workstation = await Workstation.new(admin, userName);
    const key = await workstation.keyFromConsole();
    workstation.#key = key;
    const { seed } = await enableDevice(admin.sandbox, clients(admin.sandbox, key).iam, userName);
    workstation.scan(seed);
    await workstation.forget();
    return workstation;
  }

  /** Begins another day: nothing of earlier logins is on this machine, and no code was used. */
  async forget(): Promise<void> {
    const user = this.sandbox.organization.accounts.get(this.sandbox.authAccount)?.users.get(this.userName);
    for (const device of user?.mfaDevices ?? []) Object.assign(device, { lastStep: 0, verifications: [] });
    this.#lastStep = 0;
    await rm(this.home, { recursive: true, force: true });
    await mkdir(this.home);
    if (this.#key !== undefined) await this.writeAws("credentials", profileText("auth", this.#key));
  }

  /** The access key in the profile `auth`. */
  get accessKey(): Credentials {
    if (this.#key === undefined) throw new Error("this developer has no access key yet");
    return this.#key;
  }

  /** Makes an access key, as a developer does in the console. */
  async keyFromConsole(): Promise<Credentials> {
    const { iam } = await administratorOf(this.sandbox, this.sandbox.authAccount);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: this.userName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  }

  /** Sets the seed of the authenticator app, none of whose codes were used. */
  scan(seed: string): void {
    this.#seed = seed;
    this.#lastStep = 0;
  }

  /** A code that was not used. The local AWS's clock is advanced for it as little as possible. */
  nextCode(): string {
    const next = Math.max(this.#lastStep + 1, this.#step());
    // AWS also accepts the codes of the half minutes before and after.
    while (this.#step() < next - 1) this.sandbox.clock.advance(1);
    this.#lastStep = next;
    return tokenCode(this.#seed, new Date(next * step));
  }

  /** The code that was given last. */
  lastCode(): string {
    return tokenCode(this.#seed, new Date(this.#lastStep * step));
  }

  /** A code that the device does not show. */
  wrongCode(): string {
    const near = [-2, -1, 0, 1, 2].map((steps) => tokenCode(this.#seed, new Date((this.#step() + steps) * step)));
    return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code)) ?? "";
  }

  #step(): number {
    return Math.floor(this.sandbox.clock.now().getTime() / step);
  }

  /** The environment of the developer: no project, no administrator's credentials. */
  environment(changes: Record<string, string | undefined> = {}): Record<string, string | undefined> {
    return {
      HOME: this.home,
      XDG_CACHE_HOME: undefined,
      XDG_DATA_HOME: undefined,
      XDG_CONFIG_HOME: undefined,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_CONFIG_FILE: undefined,
      AWS_SHARED_CREDENTIALS_FILE: undefined,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      ...changes,
    };
  }

  run(...args: string[]): Promise<Result> {
    return this.runWith({}, ...args);
  }

  runWith({ env, ...options }: RunOptions, ...args: string[]): Promise<Result> {
    return this.#admin.runWith({ cwd: this.home, ...options, env: this.environment(env) }, ...args);
  }

  async succeed(...args: string[]): Promise<Result> {
    const result = await this.run(...args);
    if (result.status !== 0) throw new Error(`mfa-admin ${args.join(" ")} failed:\n${result.stderr}`);
    return result;
  }

  terminal(...args: string[]): Terminal {
    return this.terminalWith({}, ...args);
  }

  terminalWith(env: Record<string, string | undefined>, ...args: string[]): Terminal {
    return this.#admin.terminalWith({ cwd: this.home, env: this.environment(env) }, ...args);
  }

  /** Runs the CLI on a terminal of a given size. */
  terminalOf(size: Size, ...args: string[]): Terminal {
    return this.#admin.terminalWith({ cwd: this.home, env: this.environment(), size }, ...args);
  }

  /** Runs the CLI on a terminal from a shell script, which has its command line as "$@". */
  shell(script: string, ...args: string[]): Terminal {
    const shell = ["/bin/sh", "-c", script, "sh", process.execPath, program, ...args];
    return new Terminal(shell, this.home, this.#admin.environment(this.environment()), () => undefined);
  }

  /** A command line that runs the CLI. */
  commandLine(...args: string[]): string {
    return [process.execPath, program, ...args].join(" ");
  }

  /** Edits the memory of logins with the access key. */
  async rewriteMemory(edit: (text: string) => string): Promise<void> {
    const path = join(this.home, ".cache", "mfa-admin", "logins", `${this.accessKey.accessKeyId}.json`);
    await writeFile(path, edit(await readFile(path, "utf8")));
  }

  read(...path: string[]): Promise<string> {
    return readFile(join(this.home, ...path), "utf8");
  }

  exists(...path: string[]): Promise<boolean> {
    return stat(join(this.home, ...path)).then(
      () => true,
      () => false,
    );
  }

  remove(...path: string[]): Promise<void> {
    return rm(join(this.home, ...path), { recursive: true });
  }

  readAws(file: "config" | "credentials"): Promise<string> {
    return this.read(".aws", file);
  }

  async writeAws(file: "config" | "credentials", text: string): Promise<void> {
    await mkdir(join(this.home, ".aws"), { recursive: true });
    await writeFile(join(this.home, ".aws", file), text, { mode: 0o600 });
  }

  /** A file's permissions, such as 0o600. */
  async modeOf(...path: string[]): Promise<number> {
    return (await stat(join(this.home, ...path))).mode & 0o777;
  }

  /** The credentials in a profile of the credentials file. */
  async profile(name: string): Promise<Credentials> {
    const text = await this.readAws("credentials");
    const [, section = ""] = new RegExp(`^\\[${name}\\]\\n((?:[^[\\n].*\\n|\\n)*)`, "m").exec(text) ?? [];
    const value = (key: string): string => new RegExp(`^${key} = (.*)$`, "m").exec(section)?.[1] ?? "";
    return {
      accessKeyId: value("aws_access_key_id"),
      secretAccessKey: value("aws_secret_access_key"),
      ...(value("aws_session_token") !== "" && { sessionToken: value("aws_session_token") }),
    };
  }
}

/** A profile as `aws configure` writes it. */
export function profileText(profile: string, { accessKeyId, secretAccessKey }: Credentials): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
