import { DeveloperCommand } from "../command.ts";
import type { LoginProfile } from "../results/login.ts";

export default class Logout extends DeveloperCommand {
  static override summary = "Remove what login has written: sessions in the credentials file and in the cache.";
  static override description =
    "Your access key and other profiles stay. AWS keeps no list of sessions to end, so what somebody has copied works until it expires.";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<LoginProfile[]> {
    await this.parse(Logout);
    const { logout } = await import("../login/logout.ts");
    const removed = await logout(this.config.cacheDir);
    this.log(
      removed.length === 0
        ? "You were not logged in."
        : `Logged out: ${removed.map(({ profile, account }) => `${account} (profile ${profile})`).join(", ")}.`,
    );
    return removed;
  }
}
