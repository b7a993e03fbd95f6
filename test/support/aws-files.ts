import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** AWS files for this very process, in a directory of their own. They do not exist at the beginning of a test. */
export class OwnAwsFiles {
  directory = "";
  #environment: NodeJS.ProcessEnv = {};

  constructor() {
    beforeEach(async () => {
      this.#environment = { ...process.env };
      this.directory = await mkdtemp(join(tmpdir(), "mfa-admin-aws-files-"));
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = this.path("credentials");
      process.env["AWS_CONFIG_FILE"] = this.path("config");
    });
    afterEach(async () => {
      for (const name of Object.keys(process.env))
        if (!(name in this.#environment)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, this.#environment);
      await rm(this.directory, { recursive: true });
    });
  }

  path(file: "config" | "credentials"): string {
    return join(this.directory, file);
  }

  read(file: "config" | "credentials"): Promise<string> {
    return readFile(this.path(file), "utf8");
  }

  write(file: "config" | "credentials", text: string): Promise<void> {
    return writeFile(this.path(file), text);
  }
}
