/** AWS's own words for a refusal, as a sentence. */
export function wordsOfAws({ message }: Error): string {
  return message.trim().replace(/\.?$/, ".");
}

/** The name and the message of whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Whether AWS has denied access; services name the error in two ways. */
export function isAccessDenied(error: unknown): error is Error {
  return error instanceof Error && error.name.startsWith("AccessDenied");
}
