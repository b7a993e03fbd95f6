import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import { Failure } from "../failure.ts";
import { type GuardOptions, isDanger } from "./guard-options.ts";
import { policyBefore, type StackBefore } from "../changes/stack-before.ts";
import type { Warning } from "../results/warning.ts";
import { isPutRight } from "../report/warnings.ts";
import { consentTo, warningFact } from "../report/wording.ts";
import { shieldWarnings } from "./promise.ts";
import { shutOutBy } from "./shut-out.ts";
import { unprotected } from "./unprotected.ts";

/**
 * The stack with its service control policy as AWS has it: that is the policy that `up` changes. An `up` without a repair and
 * without an edit of the units leaves the units and accounts alone to which it was attached by hand.
 */
export function withPolicyInAws(
  before: StackBefore,
  look: Pick<Look, "shield" | "missed">,
  settings: Pick<Settings, "organizationalUnits">,
): StackBefore {
  const alarms = shieldWarnings(look, before);
  const [were, are] = [before.organizationalUnits, settings.organizationalUnits].map((ids) => ids.toSorted().join());
  if (alarms.length === 0 || (were === are && !alarms.some(isPutRight))) return before;
  return { ...before, ...policyBefore(look.shield?.content, look.shield?.targets ?? []) };
}

/**
 * Warnings about whom a change of the service control policy shuts out, and which accounts it leaves unprotected.
 *
 * @param inForce the stack with the policy that is changed, from {@link withPolicyInAws}
 */
export async function dangersOfPolicy(
  before: StackBefore,
  settings: Settings,
  options: GuardOptions,
  inForce: StackBefore,
): Promise<Warning[]> {
  // A unit that an edit removes is reported even where somebody has detached the policy from it already.
  const attached = [...new Set([...before.organizationalUnits, ...inForce.organizationalUnits])];
  const found = await Promise.all([
    shutOutBy(inForce, settings, options),
    unprotected({ ...before, organizationalUnits: attached }, settings, options),
  ]);
  return found.flat();
}

/** @throws Failure when a refresh during the run has found another policy, and the rest of the run is a danger without consent */
export async function requireStillHarmless(
  before: StackBefore,
  settings: Settings,
  options: GuardOptions,
): Promise<void> {
  const dangers = await dangersOfPolicy(before, settings, options, before);
  const danger = dangers.filter(isDanger).find(({ refused }) => refused);
  if (danger === undefined) return;
  throw new Failure(
    warningFact(danger, (text) => text),
    `If it is meant, run mfa-admin up with ${consentTo(danger) ?? ""} to go on from there.`,
  );
}
