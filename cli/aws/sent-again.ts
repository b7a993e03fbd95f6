/**
 * Whether the SDK had sent a request again when AWS refused it: the first one may have been done, and its answer lost. What AWS says then is
 * of the second one alone.
 */
export function wasSentAgain(error: unknown): boolean {
  const { $metadata: { attempts = 1 } = {} } = error as { $metadata?: { attempts?: number } };
  return attempts > 1;
}
