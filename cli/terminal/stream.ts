import { styleText } from "node:util";

/** Whether this runs in continuous integration, where nobody can be asked, even if there is a terminal. */
export function inCi(): boolean {
  return !["", "0", "false"].includes((process.env["CI"] ?? "").toLowerCase());
}

/** Whether a stream is a terminal with a person at it: lines may be rewritten and questions asked. */
export function isTerminal(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !inCi();
}

/** A text in a colour, where a person watches and has not disabled colours. */
export function styled(format: "dim" | "green" | "yellow" | "red", text: string, stream: NodeJS.WriteStream): string {
  return inCi() ? text : styleText(format, text, { stream });
}
