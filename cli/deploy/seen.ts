import type { Settings } from "../../infra/settings.ts";
import { type Look, lookAtAws } from "../aws/look.ts";
import { Failure } from "../failure.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { StackChanges } from "../changes/resource.ts";
import type { Danger, Warning } from "../results/warning.ts";
import { type CutOffWarning, cutOffs, liftedByHand } from "./cut-offs.ts";
import { type Denied, denials } from "../engine/denials-in-aws.ts";
import { locks } from "./locks.ts";
import { nameDangers, type Taken, takenNames } from "./taken-names.ts";
import { brokenPromises } from "./promise.ts";

export interface LookOptions {
  /** Take what AWS has already under the stack's names into the stack. */
  adopt?: boolean | undefined;
  /** Names of developers whose denials are removed; "everybody" for their group. */
  liftDenials?: string[] | undefined;
}

/** The findings of a look at AWS, compared with the stack and its settings. */
export interface Seen {
  look: Look;
  /** Resources that AWS has already under names that the stack will give. */
  taken: Taken[];
  /** The dangers that `up` refuses without consent. */
  dangers: Danger[];
  /** The warnings that somebody has to act on. */
  alarms: Warning[];
  /** The denials on the developers. */
  denied: Denied[];
  /** The denials and cut-offs to remove, by `liftDenials`. */
  lifted: { denied: Denied[]; cutOff: CutOffWarning[] };
}

/**
 * @param look the result of {@link lookAtAws}; callers start it early, since it takes time
 * @param unfinished returns the resources of {@link unfinishedNames}; called only when a name is taken
 */
export async function see(
  look: Look,
  before: StackBefore,
  settings: Settings,
  options: LookOptions & { unfinished: () => Promise<ReadonlySet<string>> },
): Promise<Seen> {
  const [denied, cutOff] = [denials(look, settings, before), cutOffs(look, settings)];
  const isLifted = ({ developer }: Denied | CutOffWarning): boolean =>
    options.liftDenials?.includes(developer) === true;
  const lifted = { denied: denied.filter(isLifted), cutOff: cutOff.filter(isLifted) };
  requireShutOut([...denied, ...cutOff], options.liftDenials);
  const first = takenNames(look, before, settings, new Set());
  const taken = first.length === 0 ? first : takenNames(look, before, settings, await options.unfinished());
  // Without consent, no role's trust policy is rewritten for a user whose name is taken by another.
  const isToBePutRight = (alarm: Warning): boolean =>
    options.adopt === true ||
    alarm.kind !== "stale-trust" ||
    !taken.some(({ type, name }) => type === "user" && name === alarm.developer);
  return {
    look,
    taken,
    dangers: [...nameDangers(taken, options), ...liftedByHand(lifted.cutOff, lifted.denied)],
    alarms: [
      ...brokenPromises(look, before, settings).filter(isToBePutRight),
      ...denied,
      ...cutOff,
      ...locks(look, settings, before.held),
    ],
    denied,
    lifted,
  };
}

/** @throws Failure for a name in `liftDenials` that is not shut out */
function requireShutOut(found: (Denied | CutOffWarning)[], names: string[] = []): void {
  const unknown = names.find((name) => found.every(({ developer }) => developer !== name));
  if (unknown === undefined) return;
  throw new Failure(
    `--lift-denials ${unknown}: AWS has nothing that only denies on a user or role of ${unknown}.`,
    "Nothing was changed. mfa-admin list tells who is shut out.",
  );
}

/** The changes, with resources marked as taken over where `adopt` is set. */
export async function changesSeen(
  changes: StackChanges,
  { taken, look }: Seen,
  settings: Settings,
  { adopt }: LookOptions,
): Promise<StackChanges> {
  if (adopt !== true || taken.length === 0) return changes;
  const { withTakeovers } = await import("./takeover.ts");
  return withTakeovers(changes, taken, look, settings);
}

export { lookAtAws };
