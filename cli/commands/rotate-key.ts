import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import type { RotatedKey } from "../results/rotate-key.ts";

export default class RotateKey extends DeveloperCommand {
  static override summary = "Replace your access key by a new one; the old one is deactivated, and later deleted.";
  static override description =
    "The new key is stored and tried before the old one is deactivated. Run it again when the grace is over to delete the old one. It can be stopped and run again at any step.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> 123456"];
  static override args = {
    code: Args.string({
      description: "The code that your MFA device shows, where access keys need MFA; asked for if left out.",
      multiple: true,
    }),
  };
  static override flags = {
    grace: Flags.integer({ description: "Days that the old key stays, inactive.", default: 7, min: 0, max: 90 }),
  };

  async run(): Promise<RotatedKey> {
    const { args, flags } = await this.parse(RotateKey);
    const { rotateKey } = await import("../enrollment/rotate-key.ts");
    const { cacheDir: cacheDirectory, dataDir: dataDirectory } = this.config;
    const { grace, kit, "source-profile": sourceProfile } = flags;
    return rotateKey({ cacheDirectory, dataDirectory, sourceProfile, kit, code: args.code, grace }, (line) => {
      this.log(line);
    });
  }
}
