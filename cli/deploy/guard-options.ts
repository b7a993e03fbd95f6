import type { Danger, Warning } from "../results/warning.ts";

export interface GuardOptions {
  /** The number of developers that one edit may remove. Default: three, or a fifth of the roster if that is more. */
  maxRemovals?: number | undefined;
  /** Allow edits that leave development accounts without the service control policy, or remove or weaken other policies. */
  allowUnprotected?: boolean | undefined;
  /** Allow the service control policy to shut out users, even those who have used a credential lately. */
  acceptShutOut?: boolean | undefined;
  /** The run targets developers alone: the service control policy and the guard rails stay as they are. */
  policyStays?: boolean | undefined;
  /** Names of developers whose denials are removed; "everybody" for their group. */
  liftDenials?: string[] | undefined;
  /** Names of the development accounts that cannot be reached: no call is made there. */
  unreached?: string[] | undefined;
}

export function isDanger(warning: Warning): warning is Danger {
  return "refused" in warning;
}
