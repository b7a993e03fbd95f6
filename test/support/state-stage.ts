import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { installedPulumiRoot } from "../../toolchain/cache.js";
import { StateCloud } from "./cloud.ts";
import { Administrator, type Result, type RunOptions } from "./harness.ts";

/** An administrator with a stack in use, and other places to which its state can be moved. */
export class StateStage {
  readonly cloud: StateCloud;
  readonly admin: Administrator;
  /** Puts the project and AWS back to their state after `up`; to be called before each test. */
  readonly reset: () => Promise<void>;

  private constructor(cloud: StateCloud, admin: Administrator, reset: () => Promise<void>) {
    this.cloud = cloud;
    this.admin = admin;
    this.reset = reset;
  }

  static async open(): Promise<StateStage> {
    const admin = await Administrator.withStack({ passphrase: true, developers: ["alice"] });
    return new StateStage(await StateCloud.start(), admin, await admin.save());
  }

  async close(): Promise<void> {
    this.cloud.close();
    await this.admin.close();
  }

  runWith({ env, ...options }: RunOptions, ...args: string[]): Promise<Result> {
    return this.admin.runWith({ ...options, env: { ...this.cloud.environment(), ...env } }, ...args);
  }

  /** Runs a shell command, as the reader of a message would, with the Pulumi CLI on PATH. */
  async shell(line: string): Promise<string> {
    const environment = this.admin.environment(this.cloud.environment());
    const PATH = [join(installedPulumiRoot() ?? "", "bin"), environment["PATH"]].join(delimiter);
    const options = { cwd: this.admin.directory, env: { ...environment, PATH } };
    return (await promisify(execFile)("sh", ["-c", line], options)).stdout;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.admin.directory, name), "utf8");
  }

  /** The names of the stacks at the old place. */
  async stacksHere(): Promise<string[]> {
    const names = await readdir(join(this.admin.stateDirectory, ".pulumi", "stacks", "mfa-admin"));
    return names.filter((name) => name.endsWith(".json")).map((name) => name.replace(".json", ""));
  }
}
