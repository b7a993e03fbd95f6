import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";

/**
 * Corrects the inputs in the state of resources that were made only in part: to what AWS has. The aws-native plugin writes the
 * wanted inputs instead, and no later update would complete the resources.
 *
 * @returns whether there are any such resources
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
