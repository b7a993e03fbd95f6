import { StackCommand } from "../command.ts";
import { exitCodeFlag } from "../flags.ts";
import type { Diagnosis } from "../results/doctor.ts";

export default class Doctor extends StackCommand {
  static override summary = "Look at everything that up needs: toolchain, credentials, organization, accounts, state.";
  static override description =
    "Reads only, all at a time, and works before the first up. Each line says what was looked at and, where something is wrong, what to do. Before the first up, and where something new is to be attached, it shows whom that shuts out.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --exit-code",
    "<%= config.bin %> <%= command.id %> --json",
  ];
  static override flags = { "exit-code": exitCodeFlag("there is a failure") };

  async run(): Promise<Diagnosis> {
    const { flags } = await this.parse(Doctor);
    const { project, file } = await this.settingsWhileAsking(flags);
    const { doctor } = await import("../doctor/report.ts");
    const { diagnosis, text } = await doctor(project, file.settings);
    this.log(text);
    if (!diagnosis.complete) process.exitCode = 1;
    if (flags["exit-code"] && !diagnosis.ready) process.exitCode = 2;
    return diagnosis;
  }
}
