import * as Flags from "@oclif/core/flags";
import { resolve } from "node:path";

import { DeveloperCommand } from "../command.ts";
import type { Enrolled } from "../results/enroll.ts";

export default class Enroll extends DeveloperCommand {
  static override summary = "Set yourself up in one sitting: password, MFA device, access key, profiles, first login.";
  static override description =
    "Asks for what only you know. It can be stopped and run again at any step; what is there already is kept.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --kit alice.md",
  ];
  static override flags = {
    profile: Flags.string({
      char: "p",
      description: "The AWS profile that gets your access key.",
      default: "auth",
    }),
  };

  async run(): Promise<Enrolled> {
    const { flags } = await this.parse(Enroll);
    const { enroll } = await import("../enrollment/enroll.ts");
    const { bin: program, cacheDir: cacheDirectory, dataDir: dataDirectory } = this.config;
    const { profile, "source-profile": sourceProfile } = flags;
    // The path goes into the profiles, which are used from any directory: it has to be absolute.
    const kit = flags.kit === undefined ? undefined : resolve(flags.kit);
    return enroll({ program, cacheDirectory, dataDirectory, sourceProfile, kit, profile }, (step, text) => {
      this.log(step === "" ? `\n${text}` : `${step.padEnd(11)}  ${text}`);
    });
  }
}
