import type { Look } from "../aws/look.ts";
import { givenBesides } from "../changes/given.ts";
import { stackBefore } from "../changes/stack-before.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import type { Denied } from "../engine/denials-in-aws.ts";
import { leaveOutOfPreview } from "../engine/denials-in-program.ts";
import { runPreview, type RunOptions } from "../engine/runs.ts";
import { type StackChanges, stackChangesOf } from "../changes/resource.ts";
import { sameSteps, type StateBefore, stateBefore } from "../engine/state-before.ts";
import { isUpToDate } from "../engine/up-to-date.ts";
import { denialsKept } from "./keep-denials.ts";

/** What AWS has, so that a preview knows which denials the run leaves in force. */
export interface InAws {
  look: () => Promise<Pick<Look, "identities">> | Pick<Look, "identities">;
  /** The denials that the run removes. */
  lifted?: Denied[];
}

/**
 * The changes that `up` would make. The engine previews them, with a plugin process for each account; it is not started where the program
 * registers what the state has.
 *
 * @param state what the state has; read when left out
 */
export async function previewed(
  stack: Stack,
  options: Omit<RunOptions, "onStep">,
  inAws: InAws,
  state?: Promise<StateBefore> | StateBefore,
): Promise<StackChanges> {
  const steps: StepEventMetadata[] = [];
  const { project, settings } = options;
  const held = await (state ?? stateBefore(stack, project));
  if (await isUpToDate(stack, { project, settings }, held)) return stackChangesOf(sameSteps(held.resources));
  const { look: lookAtAws, lifted = [] } = inAws;
  const [look] = await Promise.all([
    lookAtAws(),
    runPreview(stack, { ...options, onStep: (step) => steps.push(step) }),
  ]);
  const before = stackBefore(stackChangesOf(steps));
  const kept = denialsKept(look, { settings, before, lifted });
  const given = givenBesides(before.given, settings);
  for (const step of steps) leaveOutOfPreview(step, kept, given);
  return stackChangesOf(steps);
}
