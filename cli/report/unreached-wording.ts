import type { ReportKind } from "../results/report.ts";
import type { Warning } from "../results/warning.ts";
import { listed, type Mark } from "./phrases.ts";

type UnreachedWarning = Extract<Warning, { kind: "account-unreached" | "account-forgotten" }>;

/** The text about an account that cannot be reached: what happens to it, and what to do. */
export function unreachedText(warning: UnreachedWarning, mark: Mark): string {
  const { kind, account, accountId, state, roles, notMade, notDeleted, reason } = warning;
  const head = `${mark(account)} (${accountId}) ${stateWords(state)}`;
  if (kind === "account-forgotten") {
    const what = roles.length === 0 ? "nothing of the stack's is there" : `it is ${rolesText(roles, mark)}`;
    return `${head}: what the stack has made there is forgotten, not deleted: ${what}. ${afterwards(state)}`;
  }
  return [
    `${head}, so nothing there is read or changed; the rest goes on. ${sentence(mark(reason))}`,
    ...(notMade.length > 0 ? [`Not made there: ${rolesText(notMade, mark)}.`] : []),
    ...(notDeleted.length > 0 ? [`Not deleted there: ${rolesText(notDeleted, mark)}.`] : []),
    remedy(warning, mark),
  ].join(" ");
}

function remedy({ account, state, named }: UnreachedWarning, mark: Mark): string {
  if (!isGone(state)) return `Once it can be reached, ${mark("mfa-admin up")} does the rest.`;
  const forget = mark(`mfa-admin up --forget-account ${account}`);
  return named
    ? `Take it out of developmentAccounts, and out of the developers' accounts; then ${forget} takes it out of the stack.`
    : `${forget} takes it out of the stack.`;
}

/** What the roles left in such an account can still be used for: nothing changes their trust policies. */
function afterwards(state: string): string {
  return state === "left"
    ? "Whose user stays can still assume their role there, with MFA, until the account's owner deletes it."
    : "Should the account be opened again, whose user stays can assume their role there, with MFA.";
}

/** Whether the organization has no way into such an account any more, so that it can be forgotten. */
export const isGone = (state: string): boolean => ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "left"].includes(state);

/** The summary where nothing has changed in the accounts that can be reached; undefined where all can be. */
export function nothingElsewhere(kind: ReportKind, warnings: Warning[]): string | undefined {
  if (!warnings.some(isUnreached)) return undefined;
  const what = kind === "drift" ? "Nothing has drifted" : kind === "up" ? "Nothing was to be done" : "Nothing to do";
  return `${what} in the accounts that can be reached.`;
}

export const isUnreached = ({ kind }: Pick<Warning, "kind">): boolean => kind === "account-unreached";

/** A state in words: "is closed", "is not in the organization any more". */
export function stateWords(state: string): string {
  if (state === "left") return "is not in the organization any more";
  if (state === "ACTIVE" || state === "unknown") return "cannot be reached";
  return `is ${state.toLowerCase().replaceAll("_", " ")}`;
}

function rolesText(roles: string[], mark: Mark): string {
  return `${roles.length === 1 ? "role" : "roles"} ${listed(roles, mark)}`;
}

const sentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);
