/** More names than this don't fit on a line beside what is said of them. */
const few = 4;

/**
 * Names of accounts on a line: "sandbox, payments", "all 10 accounts", or "a, b, c and 5 more".
 *
 * @param total how many there are
 */
export function accountsText(names: string[], total: number): string {
  if (names.length <= few) return names.join(", ");
  if (names.length === total) return `all ${total} accounts`;
  return `${names.slice(0, few - 1).join(", ")} and ${names.length - few + 1} more`;
}
