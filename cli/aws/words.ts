/** AWS's own words for a refusal, as a sentence. */
export function wordsOfAws({ message }: Error): string {
  return message.trim().replace(/\.?$/, ".");
}
