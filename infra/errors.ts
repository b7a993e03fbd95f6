/** What the texts of failed operations tell, whether the engine or the aws-native plugin has worded them. No Pulumi here. */

const transient =
  /throttl|too ?many ?requests|rate exceeded|ConcurrentModification|service ?internal ?error|internal ?failure|InternalError|internal server error|ServiceUnavailable|service ?timeout|not ?stabilized|network ?failure|StatusCode: 5\d\d|connection reset|unexpected EOF|invalid principal in policy/i;

/** Whether AWS wants it to be tried again. */
export function isTransient(error: string): boolean {
  return transient.test(error);
}

/**
 * Whether the resource is there all the same, but not all of it is as it should be: its creation went on after AWS had
 * made it. The engine knows the resource by then; to create it once more would fail.
 */
export function isHalfMade(error: string): boolean {
  return /^\d+ errors? occurred:/.test(error);
}
