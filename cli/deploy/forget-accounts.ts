import type { Stack } from "../engine/automation.ts";
import { nameIn } from "../changes/urn.ts";
import { editState } from "../engine/deployment.ts";
import { settle } from "../engine/recover.ts";
import { runRefresh, type RunOptions } from "../engine/runs.ts";
import { goWithout } from "../engine/stack.ts";
import { isIn, letGo, unreachedBy } from "../engine/unreached.ts";

/**
 * Removes from the state the stack's resources in accounts that are gone, where the administrator has consented to that. Nothing is
 * deleted in AWS.
 */
export async function forgetAccounts(stack: Stack, options: RunOptions): Promise<void> {
  const unreached = unreachedBy(stack);
  const leaving = unreached.filter(({ forget }) => forget);
  if (leaving.length === 0) return;
  // An edit of the state loses pending operations, so they are settled first.
  await settle(stack, { settings: options.settings, refresh: () => runRefresh(stack, options) });
  await editState(stack, (deployment) => {
    const isGoing = (resource: (typeof deployment.resources)[number]): boolean =>
      isIn(leaving, resource) ||
      (resource.type === "pulumi:providers:aws-native" && leaving.some(({ name }) => name === nameIn(resource.urn)));
    letGo(deployment, new Set(deployment.resources.filter(isGoing).map(({ urn }) => urn)));
    deployment.resources = deployment.resources.filter((resource) => !isGoing(resource));
    return Promise.resolve(true);
  });
  goWithout(
    stack,
    unreached.filter(({ forget }) => !forget),
  );
}
