/** More names than this don't fit on a line beside what is said of them. */
const few = 4;

/**
 * Names of accounts on a line: "sandbox, payments", "all 10 accounts", or "a, b, c and 5 more".
 *
 * @param total how many there are
 */
export function accountsText(names: string[], total: number): string {
  return names.length > few && names.length === total ? `all ${total} accounts` : namesText(names);
}

/** Names on a line: "alice, bob", or "alice, bob, carol and 37 more". */
export function namesText(names: string[]): string {
  if (names.length <= few) return names.join(", ");
  return `${names.slice(0, few - 1).join(", ")} and ${names.length - few + 1} more`;
}

/** "a, b and c". */
export function listed(parts: string[]): string {
  return [parts.slice(0, -1).join(", "), ...parts.slice(-1)].filter(Boolean).join(" and ");
}
