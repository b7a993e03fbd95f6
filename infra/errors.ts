/** Classifies the messages of failed operations, whether worded by the engine or by the aws-native plugin. No Pulumi here. */

const transient =
  /throttl|too ?many ?requests|rate exceeded|ConcurrentModification|service ?internal ?error|internal ?failure|InternalError|internal server error|ServiceUnavailable|service ?timeout|not ?stabilized|network ?failure|StatusCode: 5\d\d|connection reset|unexpected EOF|invalid principal in policy/i;

/** Whether AWS's error is one that passes when the operation is retried. */
export function isTransient(error: string): boolean {
  return transient.test(error);
}

/**
 * Whether a failed creation has left the resource behind, not yet as it should be: the failure came after AWS had made it. The engine has
 * the resource in the state by then, and creating it again would fail.
 */
export function isHalfMade(error: string): boolean {
  return /^\d+ errors? occurred:/.test(error);
}
