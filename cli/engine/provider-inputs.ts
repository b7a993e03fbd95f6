import { inputsOfEnvironment } from "../../infra/names.ts";
import type { Resource } from "./deployment.ts";

/**
 * Removes inputs of the state's providers that an earlier version took from the environment of its user: a profile's name and the
 * path of a credentials file. With these, other users' runs would fail, or reach another organization.
 *
 * @returns whether there were any
 */
export function forgetEnvironment(resources: Pick<Resource, "type" | "inputs" | "outputs">[]): boolean {
  let found = false;
  for (const { type, inputs = {}, outputs = {} } of resources) {
    if (type !== "pulumi:providers:aws-native") continue;
    for (const values of [inputs, outputs]) {
      for (const key of inputsOfEnvironment)
        found = Reflect.has(values, key) && Reflect.deleteProperty(values, key) ? true : found;
    }
  }
  return found;
}
