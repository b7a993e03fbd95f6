/** AWS's own words for a refusal, as a sentence. */
export function wordsOfAws({ message }: Error): string {
  return message.trim().replace(/\.?$/, ".");
}

/** Whatever was thrown, by its name and in its words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Whether AWS has refused for want of a right; services spell it in two ways. */
export function isAccessDenied(error: unknown): error is Error {
  return error instanceof Error && error.name.startsWith("AccessDenied");
}
