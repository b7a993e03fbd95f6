import type { Danger, Warning } from "../results/warning.ts";

export interface GuardOptions {
  /** How many developers one edit may remove; three, or a fifth of the roster, when left out. */
  maxRemovals?: number | undefined;
  /** Let organizational units that hold development accounts go without the service control policy. */
  allowUnprotected?: boolean | undefined;
  /** Shut out whoever the service control policy comes to, also who has used a key lately. */
  acceptShutOut?: boolean | undefined;
  /** The run has nothing but developers for its target: where the service control policy is, it stays. */
  policyStays?: boolean | undefined;
  /** Names of developers off whom what only denies is taken; "everybody" for their group. */
  liftDenials?: string[] | undefined;
  /** Names of the development accounts that cannot be reached: nothing is asked there. */
  unreached?: string[] | undefined;
}

export function isDanger(warning: Warning): warning is Danger {
  return "refused" in warning;
}
