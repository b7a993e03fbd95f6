import type { Command } from "@oclif/core/command";
import { Help } from "@oclif/core/help";

import { developerCommands } from "../toolchain/developer-commands.js";
import { unknownCommand } from "./unknown-command.ts";

/** oclif's help, which lists the commands for administrators and for developers apart, each with its first step. */
export default class GroupedHelp extends Help {
  /** Shows the help of the words before `--help`, or names the command that was meant. */
  override async showHelp(argv: string[]): Promise<void> {
    const unknown = unknownCommand(
      argv.filter((word) => !word.startsWith("-")),
      this.config.commandIDs,
    );
    if (unknown !== undefined) throw unknown;
    await super.showHelp(argv);
  }

  protected override formatCommands(commands: Command.Loadable[]): string {
    const [own, others] = [true, false].map((wanted) =>
      commands.filter(({ id }) => developerCommands.includes(id) === wanted),
    );
    if (own === undefined || others === undefined || own.length === 0 || others.length === 0) {
      return super.formatCommands(commands);
    }
    const { bin } = this.config;
    const section = (title: string, group: Command.Loadable[]): string =>
      super.formatCommands(group).replace("COMMANDS", title);
    return [
      section(`FOR ADMINISTRATORS (begin with ${bin} init)`, others),
      section(`FOR DEVELOPERS (begin with ${bin} enroll)`, own),
    ].join("\n\n");
  }
}
