import { loadHelpClass } from "@oclif/core/help";
import type { Hook } from "@oclif/core/hooks";

import { report } from "../explain.ts";
import { Failure } from "../failure.ts";
import { unknownCommand } from "../unknown-command.ts";

/** Reports an unknown command in the form and with the exit code of every other error. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, argv, config }) {
  const [name = id, ...rest] = wordsOf(id);
  const isHelp = name === "help";
  const unknown = unknownCommand(isHelp ? rest : [name, ...rest], config.commandIDs);
  if (isHelp && unknown === undefined) {
    const help = new (await loadHelpClass(config))(config);
    return help.showHelp(rest);
  }
  report(unknown ?? tooMany([name, ...rest], config.commandIDs), argv?.includes("--json") ?? false);
  process.exitCode = 1;
};

/**
 * The typed words of an id. oclif takes the words after a command's name, up to the first flag, for a part of the name, and joins all of
 * them by colons, which a word such as a URL may have, too.
 */
function wordsOf(id: string): string[] {
  const typed = process.argv.slice(2);
  const count = typed.findIndex((_, index) => typed.slice(0, index + 1).join(":") === id) + 1;
  return count === 0 ? id.split(":") : typed.slice(0, count);
}

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
