import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";

/**
 * Notes in the state what AWS has of resources that were made only in part. The aws-native plugin notes what was wanted
 * instead, so that no later update would complete them.
 *
 * @returns whether there are any
 */
export function noteWhatIsThere({ resources }: Deployment): boolean {
  const halfMade = resources.filter(
    ({ type, initErrors = [] }) => type.startsWith("aws-native:") && initErrors.length > 0,
  );
  for (const resource of halfMade) noteOutputs(resource);
  return halfMade.length > 0;
}

function noteOutputs(resource: Resource): void {
  const { inputs = {}, outputs = {} } = resource;
  resource.inputs = Object.fromEntries(
    Object.keys(inputs).flatMap((key) => (key in outputs ? [[key, outputs[key]]] : [])),
  );
  resource.outputs = withKeptInputs(outputs, resource.inputs);
  delete resource.initErrors;
}
