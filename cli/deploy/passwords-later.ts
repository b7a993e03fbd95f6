import type { RunResult } from "../results/run.ts";
import { listed, type Mark } from "../report/words.ts";

/** What is left to do for the users that a run has made, if any. */
export function madeWithoutPassword(
  { changes }: Pick<RunResult, "changes">,
  except: string[] = [],
): string | undefined {
  const made = changes.filter(({ operation, type }) => operation === "create" && type === "user");
  const names = made.map(({ name }) => name).filter((name) => !except.includes(name));
  return names.length === 0 ? undefined : passwordsLater(names.sort());
}

/** How users who were made without a password come to one. @param mark sets commands and names apart */
export function passwordsLater(userNames: string[], mark: Mark = (text) => text): string {
  const [name = "", ...others] = userNames;
  return others.length === 0
    ? `${mark(`mfa-admin reset-password ${name}`)} makes the one-time password.`
    : `${mark("mfa-admin reset-password NAME")} makes the one-time passwords of ${listed(userNames, mark)}.`;
}
