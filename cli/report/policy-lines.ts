import { oneLine } from "../terminal/one-line.ts";
import type { PolicyChange, StatementChange } from "../results/change.ts";
import type { Mark } from "./phrases.ts";

/**
 * The title of a policy's change: "trust policy", "inline policy `more` of user `eve`: added".
 *
 * @param whose the text between the policy and its change
 */
export function policyTitle({ kind, name, change }: PolicyChange, mark: Mark, whose = ""): string {
  return `${kind}${name === undefined ? "" : ` ${mark(name)}`}${whose}${change === "changed" ? "" : `: ${change}`}`;
}

/** The lines of a policy's change: each statement with its added and removed values, marked as in a diff. */
export function policyLines({ statements }: PolicyChange): string[] {
  return statements.flatMap(statementLines);
}

const marks: Record<StatementChange["change"], string> = { added: "+", removed: "-", changed: " " };

function statementLines({ sid, change, effect, elements }: StatementChange): string[] {
  // The effect is shown with the Sid: values that are dangerous with Allow may be harmless with Deny.
  const isTold = effect === undefined || elements.some(({ element }) => element === "Effect");
  return [
    `${marks[change]} ${shownStatement(sid)}${isTold ? "" : ` (${shownStatement(effect)})`}`,
    ...elements.flatMap(({ element, removed, added }) => [
      ...removed.map((value) => `-   ${shownStatement(element)} ${shownStatement(value)}`),
      ...added.map((value) => `+   ${shownStatement(element)} ${shownStatement(value)}`),
    ]),
  ];
}

function shownStatement(text: string): string {
  return text === "" ? "(empty)" : oneLine(text);
}
