import { loadHelpClass } from "@oclif/core/help";
import type { Hook } from "@oclif/core/hooks";

import { report } from "../explain.ts";
import { Failure } from "../failure.ts";
import { unknownCommand } from "../unknown-command.ts";

/** Reports an unknown command in the form and with the exit code of every other error. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, argv, config }) {
  // oclif takes the words after the name, up to the first flag, for a part of it.
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

/** The error for words that follow the name of an existing command. */
function tooMany(words: string[], commands: string[]): Failure {
  const length = words.findIndex((_, index) => commands.includes(words.slice(0, index + 1).join(":"))) + 1;
  const command = words.slice(0, length).join(" ");
  return new Failure(
    `mfa-admin ${command} takes no argument "${words.slice(length).join(" ")}".`,
    `See mfa-admin ${command} --help.`,
  );
}

export default commandNotFound;
