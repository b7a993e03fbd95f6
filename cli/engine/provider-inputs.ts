import { inputsOfEnvironment } from "../../infra/names.ts";
import type { Resource } from "./deployment.ts";

/**
 * Takes out of the providers of a state what an earlier version had noted of whoever ran it: the name of a profile and the path
 * of a credentials file, by which everybody else's runs would fail, or ask another organization.
 *
 * @returns whether there was anything
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
