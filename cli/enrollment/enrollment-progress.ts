import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Failure } from "../failure.ts";
import type { Myself } from "../login/myself.ts";

/** The progress of an enrolment that AWS cannot be asked for. */
export interface KeptProgress {
  /** Whether the first password was changed: IAM tells only of sign-ins to the console. */
  passwordChanged?: boolean;
  device?: NewDevice;
  /** The id of the provisional key that was typed, which stays in the profile until it is replaced. */
  typedKey?: string;
  rotation?: Rotation;
}

/** The progress of the replacement of an access key. */
export interface Rotation {
  /** The id of the key that is replaced. */
  old: string;
  /** When the new key was asked for, by AWS's clock, ISO 8601. */
  begun?: string;
  /** ISO 8601. */
  inactiveSince?: string;
}

/** A device that was made and is not yet enabled. AWS shows its secret once. */
export interface NewDevice {
  serialNumber: string;
  secret: string;
}

/** The progress in a file with mode 0600. The secret is in it only until the device is enabled. */
export class EnrollmentProgress {
  private readonly path: string;

  constructor(dataDirectory: string, { authAccount, userName }: Pick<Myself, "authAccount" | "userName">) {
    this.path = join(dataDirectory, "enrollments", `${authAccount}-${userName}.json`);
  }

  async read(): Promise<KeptProgress> {
    try {
      return (JSON.parse(await readFile(this.path, "utf8")) as KeptProgress | null) ?? {};
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (["ENOENT", "ENOTDIR"].includes(code) || error instanceof SyntaxError) return {};
      throw error;
    }
  }

  /** @throws Failure where the file cannot be written */
  async ensureWritable(): Promise<void> {
    await this.keep({});
  }

  async keep(changes: KeptProgress): Promise<void> {
    await this.write({ ...(await this.read()), ...changes });
  }

  async forget(what: "device" | "typedKey" | "rotation"): Promise<void> {
    const { [what]: forgotten, ...rest } = await this.read();
    if (forgotten !== undefined) await this.write(rest);
  }

  private async write(kept: KeptProgress): Promise<void> {
    const { default: writeFileAtomic } = await import("write-file-atomic");
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await writeFileAtomic(this.path, JSON.stringify(kept), { mode: 0o600 });
    } catch (error) {
      throw new Failure(
        `How far the enrolment has come cannot be kept in ${dirname(this.path)}: ${(error as Error).message}.`,
        "Make the directory writable and the disk not full, or name another one in XDG_DATA_HOME.",
        { cause: error },
      );
    }
  }
}
