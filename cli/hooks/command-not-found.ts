import type { Hook } from "@oclif/core/hooks";

import { closest } from "../closest.ts";
import { report } from "../explain.ts";
import { Failure } from "../failure.ts";

/** Answers a command that there is none of in the words and with the status of every other error. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, argv, config }) {
  // oclif takes the words after it for a part of its name, up to the first flag.
  const [name = id, ...rest] = id.split(":");
  if (name === "help") {
    const { loadHelpClass } = await import("@oclif/core/help");
    const help = new (await loadHelpClass(config))(config);
    return help.showHelp(rest);
  }
  report(problem(name, rest, config.commandIDs), argv?.includes("--json") ?? false);
  process.exitCode = 1;
};

function problem(name: string, rest: string[], commands: string[]): Failure {
  if (commands.includes(name)) {
    return new Failure(`mfa-admin ${name} takes no argument "${rest.join(" ")}".`, `See mfa-admin ${name} --help.`);
  }
  // "state mvoe": the first word is a topic, and the second names the command.
  const isTopic = commands.some((id) => id.startsWith(`${name}:`));
  const typed = [name, ...(isTopic ? rest.slice(0, 1) : [])].join(" ");
  const meant = closest(
    typed,
    commands.map((id) => id.replaceAll(":", " ")),
  );
  return new Failure(
    `There is no command "${typed}".`,
    meant === undefined ? "See mfa-admin --help for the commands." : `Did you mean mfa-admin ${meant}?`,
  );
}

export default commandNotFound;
