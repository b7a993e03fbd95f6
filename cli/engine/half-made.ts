import type { Stack } from "./automation.ts";
import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";

/**
 * Notes in the state what AWS has of resources that were made only in part. The aws-native plugin notes what was wanted
 * instead, so that no later update would complete them.
 */
export async function noteWhatIsThere(stack: Stack): Promise<void> {
  const state = await stack.exportStack();
  const { resources } = state.deployment as Deployment;
  const halfMade = resources.filter(({ initErrors = [] }) => initErrors.length > 0);
  if (halfMade.length === 0) return;
  for (const resource of halfMade) noteOutputs(resource);
  await stack.importStack(state);
}

function noteOutputs(resource: Resource): void {
  const { inputs = {}, outputs = {} } = resource;
  resource.inputs = Object.fromEntries(
    Object.keys(inputs).flatMap((key) => (key in outputs ? [[key, outputs[key]]] : [])),
  );
  resource.outputs = withKeptInputs(outputs, resource.inputs);
  delete resource.initErrors;
}
