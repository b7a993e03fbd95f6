/**
 * Whether the SDK had sent a request again when AWS gave this answer or error: the first one may have been done, and its answer lost. What AWS
 * says then is of the last one alone.
 */
export function wasSentAgain(answer: unknown): boolean {
  const { $metadata: { attempts = 1 } = {} } = answer as { $metadata?: { attempts?: number } };
  return attempts > 1;
}
