import { runBy } from "../../infra/session-name.ts";

/** The message of an update in Pulumi's history: the command and its user. By default Pulumi uses the last commit's title. */
export async function runMessage(what: string): Promise<string> {
  return `mfa-admin ${what}, by ${await runBy()}`;
}

/** Parses such a message; undefined for any other, as of a run by plain Pulumi. */
export function parseRunMessage(message: string): { what: string; by: string } | undefined {
  const [, what, by] = /^mfa-admin ([a-z-]+), by (.+)$/.exec(message) ?? [];
  return what === undefined || by === undefined ? undefined : { what, by };
}
