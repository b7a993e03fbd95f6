/** The output of a service while it works: the command. With `--json` neither method prints anything. */
export interface Printer {
  /** To stdout. */
  log(text: string): void;
  /** To stderr. */
  logToStderr(text: string): void;
}
