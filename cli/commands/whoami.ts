import { DeveloperCommand } from "../command.ts";
import type { WhoamiResult } from "../results/login.ts";

export default class Whoami extends DeveloperCommand {
  static override summary = "Show who you are, what is assigned to you, and where you are logged in.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> --json"];

  async run(): Promise<WhoamiResult> {
    const { flags } = await this.parse(Whoami);
    const { whoami, whoamiText } = await import("../login/whoami.ts");
    const answer = await whoami({
      cacheDirectory: this.config.cacheDir,
      sourceProfile: flags["source-profile"],
      kit: flags.kit,
    });
    this.log(whoamiText(answer));
    return answer;
  }
}
