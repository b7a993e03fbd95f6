import { loadHelpClass } from "@oclif/core/help";
import type { Hook } from "@oclif/core/hooks";

import { report } from "../explain.ts";
import { Failure } from "../failure.ts";
import { unknownCommand } from "../unknown-command.ts";

/** Answers a command that there is none of in the words and with the status of every other error. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, argv, config }) {
  // oclif takes the words after it for a part of its name, up to the first flag.
  const [name = id, ...rest] = id.split(":");
  const isHelp = name === "help";
  const unknown = unknownCommand(isHelp ? rest : [name, ...rest], config.commandIDs);
  if (isHelp && unknown === undefined) {
    const help = new (await loadHelpClass(config))(config);
    return help.showHelp(rest);
  }
  report(unknown ?? tooMany([name, ...rest], config.commandIDs), argv?.includes("--json") ?? false);
  process.exitCode = 1;
};

/** The words go on where the command has ended. */
function tooMany(words: string[], commands: string[]): Failure {
  const length = words.findIndex((_, index) => commands.includes(words.slice(0, index + 1).join(":"))) + 1;
  const command = words.slice(0, length).join(" ");
  return new Failure(
    `mfa-admin ${command} takes no argument "${words.slice(length).join(" ")}".`,
    `See mfa-admin ${command} --help.`,
  );
}

export default commandNotFound;
