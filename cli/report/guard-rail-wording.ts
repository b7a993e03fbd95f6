import type { GuardRail } from "../../infra/guard-rails.ts";
import type { Warning } from "../results/warning.ts";
import { listed, type Mark } from "./phrases.ts";

/** What each guard rail keeps developers' sessions from. */
export const kept: Record<GuardRail, string> = {
  roles: "changing the developers' roles and the access role",
  identities: "making users, keys and passwords",
  federation: "making identity providers",
  organization: "leaving the organization and closing the account",
  root: "using the root user",
  auth: "acting in the auth account without MFA",
  outsiders: "letting principals of other organizations into roles",
};

/** What each guard rail stops for principals that exist today. */
const stops: Partial<Record<GuardRail, string>> = {
  identities: "new keys and passwords for these users; keys that they have go on, with MFA",
  federation: "changes of these providers, and new ones; who signs in by them goes on",
  outsiders: "principals of these accounts from assuming these roles; trustedAccounts lets them",
  auth: "these users from everything but enrolling, unless they carry MFA",
};

/** The text about a line of the matrix that a change turns to allowed or denied. */
export function turnedText(warning: Extract<Warning, { kind: "turned" }>, mark: Mark): string {
  const { who, credentials, accounts, actions, resource, from, to } = warning;
  const isWithoutMfa = credentials.length === 2 && credentials.every((one) => without.includes(one));
  const by = isWithoutMfa ? "without MFA" : `by ${listed(credentials, withArticle)}`;
  const on = resource === undefined ? "" : ` on ${mark(resource)}`;
  const [today, after] = [from, to].map((one) => (one === "denied" ? "refused" : one));
  return `${who.replace(/^./, (first) => first.toUpperCase())}, ${by}, in ${listed(accounts, mark)}: ${listed(actions, mark, 8)}${on}: ${today ?? ""} today, ${after ?? ""} after this change.`;
}

const withArticle = (words: string): string => `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;

const without = ["access key", "session without MFA"];

/** The text of a warning. @param warning about guard rails that an edit adds or removes */
export function guardRailText(
  warning: Extract<Warning, { kind: "guard-rails-removed" | "guard-rail-stops" | "guard-rail-loose" }>,
  mark: Mark,
): string {
  if (warning.kind === "guard-rail-loose") {
    const how =
      warning.change === "detached"
        ? `was detached from ${listed(warning.targets, mark)}`
        : warning.change === "deleted"
          ? "was deleted"
          : "was changed";
    return `Outside the stack, the guard rail ${mark(warning.name)} ${how}: what it keeps from developers' sessions may be open.`;
  }
  if (warning.kind === "guard-rail-stops") {
    const what = stops[warning.guardRail as GuardRail] ?? "these";
    return `The guard rail ${mark(warning.guardRail)} stops ${what}: ${listed(warning.stopped, mark, 50)}.`;
  }
  const { guardRails } = warning;
  const [what, are] = guardRails.length === 1 ? ["The guard rail", "is"] : ["The guard rails", "are"];
  const open = guardRails.map((name) => kept[name as GuardRail]);
  return `${what} ${listed(guardRails, mark)} ${are} taken off. From then on nothing keeps a developer's session, or a thief of it, from ${listed(open, (text) => text)}.`;
}
