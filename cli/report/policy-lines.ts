import { oneLine } from "../terminal/one-line.ts";
import type { PolicyChange, StatementChange } from "../results/change.ts";
import type { Mark } from "./phrases.ts";

/**
 * "trust policy", "inline policy `more` of user `eve`: added"
 *
 * @param whose what stands between the policy and what becomes of it
 */
export function policyTitle({ kind, name, change }: PolicyChange, mark: Mark, whose = ""): string {
  return `${kind}${name === undefined ? "" : ` ${mark(name)}`}${whose}${change === "changed" ? "" : `: ${change}`}`;
}

/** A policy's difference, a line for each value that comes or goes, below its statement; each line is marked as in a diff. */
export function policyLines({ statements }: PolicyChange): string[] {
  return statements.flatMap(statementLines);
}

const marks: Record<StatementChange["change"], string> = { added: "+", removed: "-", changed: " " };

function statementLines({ sid, change, effect, elements }: StatementChange): string[] {
  // What comes with an Allow may be harmless with a Deny.
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
