import type { Settings } from "../../infra/settings.ts";
import { settleUnfinished } from "./adopt.ts";
import type { Stack } from "./automation.ts";
import { isCloudResource } from "../changes/step.ts";
import { editState } from "./deployment.ts";
import { isIn, letProvidersStart, unreachedBy } from "./unreached.ts";

/**
 * Prepares the state for a refresh without the accounts that cannot be reached.
 *
 * @returns the URNs of the resources that can be read, as `target`; empty when all can
 */
export async function prepareReading(stack: Stack, settings: Settings): Promise<{ target?: string[] }> {
  const unreached = unreachedBy(stack);
  if (unreached.length === 0) return {};
  let target: string[] = [];
  await editState(stack, async (deployment) => {
    const started = letProvidersStart(deployment, unreached);
    // An edit of the state has to settle its pending operations.
    if (started) await settleUnfinished(deployment, settings, unreached);
    target = deployment.resources.filter((one) => isCloudResource(one) && !isIn(unreached, one)).map(({ urn }) => urn);
    return started;
  });
  return { target };
}
