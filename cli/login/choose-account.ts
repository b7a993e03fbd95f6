import { assignedAccountId, type Assignment } from "../../infra/assignment.ts";
import { Failure } from "../failure.ts";
import { canAsk, chooseOne } from "../terminal/ask.ts";
import { whomToAsk } from "./myself.ts";

/** Refuses an account that is not assigned, naming those that are. */
export function requireAccount(assignment: Assignment, account: string): void {
  if (assignedAccountId(assignment, account) !== undefined) return;
  if (assignment.everyAccount === true) {
    throw new Failure(
      `Every account is assigned to you, and none of those that have a name here is called "${account}".`,
      `Give the account's id, of 12 digits, with --account; or name the page of mfa-admin guide with --kit, which has all names.`,
    );
  }
  const [name] = Object.entries(assignment.accounts).find(([, id]) => id === account) ?? [];
  if (name !== undefined) {
    throw new Failure(`${account} is your account ${name}.`, `Run it again with --account ${name}.`);
  }
  throw new Failure(
    `No account "${account}" is assigned to you. Yours: ${Object.keys(assignment.accounts).join(", ")}.`,
    `Name one of them with --account, or ask ${whomToAsk(assignment)}.`,
  );
}

/** Every account that has a name. @throws Failure where none has */
export function chooseAccounts(assignment: Assignment): string[] {
  const mine = Object.keys(assignment.accounts);
  if (mine.length === 0) throw withoutNames(assignment);
  return mine;
}

function withoutNames(assignment: Assignment): Failure {
  return assignment.everyAccount === true
    ? new Failure(
        "Every account is assigned to you, and none has a name here.",
        "Name one by its id, of 12 digits, with --account; or name the page of mfa-admin guide with --kit, which has all names.",
      )
    : new Failure("No account is assigned to you.", `Ask ${whomToAsk(assignment)}.`);
}

/** The only account, or one chosen on the terminal from a list that begins with the last used. */
export async function chooseAccount(assignment: Assignment, used: string[] = []): Promise<string> {
  const mine = Object.keys(assignment.accounts);
  const names = [...used.filter((name) => mine.includes(name)), ...mine.filter((name) => !used.includes(name))];
  const [first] = names;
  if (first === undefined) throw withoutNames(assignment);
  if (names.length === 1) return first;
  if (!canAsk()) {
    throw new Failure(
      `Several accounts are assigned to you: ${names.join(", ")}.`,
      "Choose one with --account, or --all.",
    );
  }
  return chooseOne(
    "Account:",
    names.map((name) => ({ value: name, name: `${name} (${assignment.accounts[name] ?? ""})` })),
  );
}
