/**
 * The output of a service while it works: the command. With `--json` neither method prints anything: what the JSON does not have is told by
 * `tell`.
 */
export interface Printer {
  /** To stdout. */
  log(text: string): void;
  /** To stderr. */
  logToStderr(text: string): void;
}
