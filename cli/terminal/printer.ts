/** Where a service prints while it is at work: a command. With `--json` neither prints anything. */
export interface Printer {
  /** To stdout. */
  log(text: string): void;
  /** To stderr. */
  logToStderr(text: string): void;
}
