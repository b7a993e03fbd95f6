/** Whether a number of names fits on a line with other text. */
export const isFew = (count: number): boolean => count <= 4;

/**
 * Names of accounts on a line: "sandbox, payments", "all 10 accounts", or "a, b, c and 5 more".
 *
 * @param total the number of all accounts
 */
export function accountsText(names: string[], total: number): string {
  return !isFew(names.length) && names.length === total ? `all ${total} accounts` : namesText(names);
}

/** Names on a line: "alice, bob", or "alice, bob, carol and 37 more". */
export function namesText(names: string[]): string {
  if (isFew(names.length)) return names.join(", ");
  return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
