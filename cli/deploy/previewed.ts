import type { Look } from "../aws/look.ts";
import { givenBesides } from "../changes/given.ts";
import { stackBefore } from "../changes/stack-before.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import type { Denied } from "../engine/denials-in-aws.ts";
import { leaveOutOfPreview } from "../engine/denials-in-program.ts";
import { runPreview, type RunOptions } from "../engine/runs.ts";
import { type StackChanges, stackChangesOf } from "../changes/resource.ts";
import { denialsKept } from "./keep-denials.ts";

/** What AWS has, so that a preview knows which denials the run leaves in force. */
export interface InAws {
  look: Promise<Pick<Look, "identities">> | Pick<Look, "identities">;
  /** The denials that the run removes. */
  lifted?: Denied[];
}

/** The changes that `up` would make, from a preview of the engine. */
export async function previewed(
  stack: Stack,
  options: Omit<RunOptions, "onStep">,
  inAws: InAws,
): Promise<StackChanges> {
  const steps: StepEventMetadata[] = [];
  const { settings } = options;
  const { look: looking, lifted = [] } = inAws;
  const [look] = await Promise.all([looking, runPreview(stack, { ...options, onStep: (step) => steps.push(step) })]);
  const before = stackBefore(stackChangesOf(steps));
  const kept = denialsKept(look, { settings, before, lifted });
  const given = givenBesides(before.given, settings);
  for (const step of steps) leaveOutOfPreview(step, kept, given);
  return stackChangesOf(steps);
}
