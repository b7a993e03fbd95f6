/** A command for the resident process. */
export interface Command {
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** The text that marks the end of the output, on stdout and on stderr. */
  mark: string;
}

export function isCommand(message: unknown): message is Command {
  const names: (keyof Command)[] = ["args", "cwd", "env", "mark"];
  return typeof message === "object" && message !== null && names.every((name) => name in message);
}
