import { styleText } from "node:util";

/** Whether this runs in continuous integration: there is nobody to ask then, even where there is a terminal. */
export function inCi(): boolean {
  return !["", "0", "false"].includes((process.env["CI"] ?? "").toLowerCase());
}

/** Whether a person watches: lines may be rewritten and questions asked. */
export function isTerminal(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !inCi();
}

/** A text in a colour, where a person watches and wants colours. */
export function styled(format: "dim" | "green" | "yellow" | "red", text: string, stream: NodeJS.WriteStream): string {
  return inCi() ? text : styleText(format, text, { stream });
}
