import { identityOfResource } from "../changes/step.ts";
import type { StateBefore } from "../engine/state-before.ts";
import type { Warning } from "../results/warning.ts";

/** The warning about what a run was at work on when it died: a preview goes by the state, which does not know what came of it. */
export function unfinishedWarnings({ unfinished }: Pick<StateBefore, "unfinished">): Warning[] {
  return unfinished.length === 0 ? [] : [{ kind: "unfinished", resources: unfinished.map(identityOfResource) }];
}
