import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { installedPulumiRoot } from "../../toolchain/cache.js";
import { StateCloud } from "./cloud.ts";
import { Administrator, type Result, type RunOptions } from "./harness.ts";

/** An administrator with a stack that is in use, beside places to which it can be moved. */
export class StateStage {
  readonly cloud: StateCloud;
  admin!: Administrator;
  /** The administrator's directory as it was after `up`. */
  readonly #template: string;
  #isUsed = true;

  private constructor(cloud: StateCloud, template: string) {
    this.cloud = cloud;
    this.#template = template;
  }

  static async open(): Promise<StateStage> {
    return new StateStage(await StateCloud.start(), await mkdtemp(join(tmpdir(), "mfa-admin-cli-")));
  }

  /** To be called before each test. What AWS has is the same as well, unless the test before has said otherwise. */
  async reset(): Promise<void> {
    if (this.#isUsed) {
      await this.#closeAdmin();
      this.admin = await Administrator.withStack({ developers: ["alice"] });
      await this.#copy(this.admin.directory, this.#template);
      this.#isUsed = false;
    } else {
      await this.#copy(this.#template, this.admin.directory);
    }
  }

  async close(): Promise<void> {
    this.cloud.close();
    await this.#closeAdmin();
    await rm(this.#template, { recursive: true, force: true });
  }

  /** Another developer in the settings: what AWS has is another thing from then on. */
  async addBob(): Promise<void> {
    this.#isUsed = true;
    await this.admin.editSettings((text) => text.replace("alice: {}", "alice: {}\n    bob: {}"));
  }

  runWith({ env, ...options }: RunOptions, ...args: string[]): Promise<Result> {
    return this.admin.runWith({ ...options, env: { ...this.cloud.environment(), ...env } }, ...args);
  }

  /** Runs a line of shell, as a reader of a message does, with the Pulumi CLI at hand. */
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

  async #copy(from: string, to: string): Promise<void> {
    for (const name of await readdir(to)) await rm(join(to, name), { recursive: true, force: true });
    await cp(from, to, { recursive: true });
  }

  async #closeAdmin(): Promise<void> {
    // There is none before the first test.
    await (this.admin as Administrator | undefined)?.close();
  }
}
