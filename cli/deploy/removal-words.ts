import { accountsText, namesText } from "../accounts-text.ts";
import type { EmergencyTarget, TargetRoles } from "../developers/emergency-target.ts";
import { counted } from "../report/summary.ts";
import { listed } from "../report/phrases.ts";

type Leaving = Pick<EmergencyTarget, "userName"> & Pick<TargetRoles, "accounts" | "own">;

/** "End all access of bob now, and delete the user and 2 roles (in payments, sandbox)?" */
export function removalQuestion(targets: Leaving[]): string {
  const names = targets.map(({ userName }) => userName);
  const who = names.length > 4 ? `${names.length} developers (${namesText(names)})` : names.join(", ");
  const { text } = ownText(targets);
  return `End all access of ${who} now${text === "" ? "" : `, and delete ${text}`}?`;
}

/** "Now the user and 2 roles (in payments, sandbox) are deleted."; no line where the stack has nothing of theirs. */
export function deletionLines(targets: Leaving[]): string[] {
  const { text, count } = ownText(targets);
  return count === 0 ? [] : [`Now ${text} ${count === 1 ? "is" : "are"} deleted.`];
}

function ownText(targets: Leaving[]): { text: string; count: number } {
  const users = targets.filter(({ own }) => own.user).length;
  const roles = targets.flatMap(({ own }) => own.roles);
  const accounts = new Set(targets.flatMap((target) => Object.keys(target.accounts)));
  const parts = [
    ...(users === 0 ? [] : [targets.length === 1 ? "the user" : counted(users, "user")]),
    ...(roles.length === 0
      ? []
      : [`${counted(roles.length, "role")} (in ${accountsText([...new Set(roles)].sort(), accounts.size)})`]),
  ];
  return { text: listed(parts, (part) => part), count: users + roles.length };
}
