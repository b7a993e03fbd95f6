import * as Args from "@oclif/core/args";
import { Command } from "@oclif/core/command";

export default class Hello extends Command {
  /** @override */
  static summary = "Say hello.";
  /** @override */
  static args = { name: Args.string({ description: "To whom.", required: true }) };

  async run() {
    const { args } = await this.parse(Hello);
    this.log(`Hello, ${args.name}.`);
  }
}
