import { closest } from "./closest.ts";
import { Failure } from "./failure.ts";

/**
 * The failure for words that name no command.
 *
 * @param words the typed words, without flags
 * @param commands ids of the commands, as oclif has them: "add-developer", "state:move"
 * @returns undefined where the words begin with a command or are a topic
 */
export function unknownCommand([name, ...rest]: string[], commands: string[]): Failure | undefined {
  if (name === undefined || commands.includes(name)) return undefined;
  // "state mvoe": the first word is a topic, and the second names the command.
  const isTopic = commands.some((id) => id.startsWith(`${name}:`));
  if (isTopic && (rest[0] === undefined || commands.includes(`${name}:${rest[0]}`))) return undefined;
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
