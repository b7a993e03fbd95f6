import { runBy } from "../../infra/session-name.ts";

/** What Pulumi keeps as a run's message: what was run, and by whom. Pulumi itself would take the last commit's title. */
export async function runMessage(what: string): Promise<string> {
  return `mfa-admin ${what}, by ${await runBy()}`;
}

/** What such a message says; nothing of one that is none, since the run was somebody's own by plain Pulumi. */
export function parseRunMessage(message: string): { what: string; by: string } | undefined {
  const [, what, by] = /^mfa-admin ([a-z-]+), by (.+)$/.exec(message) ?? [];
  return what === undefined || by === undefined ? undefined : { what, by };
}
