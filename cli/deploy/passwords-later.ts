import type { Settings } from "../../infra/settings.ts";
import type { RunResult } from "../results/run.ts";
import { isFew } from "../accounts-text.ts";
import { listed, type Mark } from "../report/phrases.ts";

/** The sentence about the passwords of the users that a run has made; undefined where it has made none. */
export function madeWithoutPassword(
  { changes }: Pick<RunResult, "changes">,
  except: string[] = [],
): string | undefined {
  const names = usersMade(changes).filter((name) => !except.includes(name));
  return names.length === 0 ? undefined : passwordsLater(names.sort());
}

/**
 * The developers whom an `up` has let in and who have no password yet: the users that it has made, and those who got roles now but
 * whose users an earlier, unfinished run has made.
 */
export async function letInWithoutPassword(result: Pick<RunResult, "changes">, settings: Settings): Promise<string[]> {
  const made = new Set(usersMade(result.changes));
  const others = result.changes.flatMap(({ operation, type, developer }) =>
    operation === "create" && type === "role" && developer !== undefined && !made.has(developer) ? [developer] : [],
  );
  return [...made, ...(await withoutPasswords([...new Set(others)], settings))].sort();
}

async function withoutPasswords(userNames: string[], settings: Settings): Promise<string[]> {
  if (userNames.length === 0) return [];
  const [{ iamIn }, { withoutPassword }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../aws/one-time-password.ts"),
  ]);
  // Where AWS refuses the calls, no user is named: the run itself is done.
  return withoutPassword(iamIn(settings.authAccount, settings), userNames).catch(() => []);
}

/** Names of the users that a run has made. */
export function usersMade(changes: { operation: string; type: string; name: string }[]): string[] {
  return changes.flatMap(({ operation, type, name }) => (operation === "create" && type === "user" ? [name] : []));
}

/** The sentence that tells how users get their first passwords. @param mark sets commands and names apart */
export function passwordsLater(userNames: string[], mark: Mark = (text) => text): string {
  if (!isFew(userNames.length))
    return `${mark("mfa-admin reset-password --missing")} makes the one-time passwords of ${listed(userNames, mark)}.`;
  const what = userNames.length === 1 ? "the one-time password" : "their one-time passwords";
  return `${mark(`mfa-admin reset-password ${userNames.join(" ")}`)} makes ${what}.`;
}
