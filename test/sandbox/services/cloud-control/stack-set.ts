import { isDeepStrictEqual } from "node:util";

import { AwsError } from "../../errors.ts";
import type { Output } from "../../protocols/protocol.ts";
import { cloudFormation } from "../cloudformation/cloudformation.ts";
import { Call, perform } from "../service.ts";
import { compact, requiredText, type Model } from "./model.ts";
import type { HandlerContext, ResourceType } from "./resource-type.ts";

interface InstancesGroup {
  DeploymentTargets: { OrganizationalUnitIds?: string[] };
  Regions: string[];
}

/** AWS::CloudFormation::StackSet */
export const stackSet: ResourceType = {
  name: "AWS::CloudFormation::StackSet",
  properties: [
    ...["StackSetName", "StackSetId", "PermissionModel", "TemplateBody", "Description", "Capabilities", "Tags"],
    ...["AutoDeployment", "ManagedExecution", "OperationPreferences", "StackInstancesGroup"],
  ],
  required: ["StackSetName", "PermissionModel"],
  readOnly: ["StackSetId"],
  createOnly: ["StackSetName", "PermissionModel"],
  identifier: () => undefined,
  async create(handler, desired, created) {
    await ask(handler, "CreateStackSet", settingsOf(desired));
    const id = existing(handler, requiredText(desired, "StackSetName")).id;
    created(id);
    await deploy(handler, id, "CreateStackInstances", desired);
  },
  async read(handler, id) {
    await ask(handler, "DescribeStackSet", { StackSetName: id });
    const { name, description, template, capabilities, autoDeployment, managedExecution, tags, ...rest } = existing(
      handler,
      id,
    );
    const OrganizationalUnitIds = [...rest.units];
    return compact({
      StackSetId: rest.id,
      StackSetName: name,
      PermissionModel: "SERVICE_MANAGED",
      TemplateBody: template,
      Description: description === "" ? undefined : description,
      Capabilities: capabilities,
      AutoDeployment: { Enabled: autoDeployment.enabled, RetainStacksOnAccountRemoval: autoDeployment.retain },
      ManagedExecution: { Active: managedExecution },
      StackInstancesGroup:
        rest.units.size === 0 ? [] : [{ DeploymentTargets: { OrganizationalUnitIds }, Regions: rest.regions }],
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    });
  },
  async update(handler, id, before, after) {
    if (!isDeepStrictEqual(settingsOf(before), settingsOf(after))) {
      await operate(handler, id, "UpdateStackSet", settingsOf(after));
    }
    const [old, wanted] = [unitsOf(before), unitsOf(after)];
    const gone = old.filter((unit) => !wanted.includes(unit));
    const added = wanted.filter((unit) => !old.includes(unit));
    if (gone.length > 0) await onUnits(handler, id, "DeleteStackInstances", gone);
    if (added.length > 0) await onUnits(handler, id, "CreateStackInstances", added);
  },
  async delete(handler, id) {
    const { units } = existing(handler, id);
    if (units.size > 0) await onUnits(handler, id, "DeleteStackInstances", [...units]);
    await ask(handler, "DeleteStackSet", { StackSetName: id });
  },
  async list(handler) {
    await ask(handler, "ListStackSets", {});
    return [...handler.call.aws.stackSets.byName.values()].map(({ id }) => id);
  },
};

function settingsOf(model: Model): Model {
  const others = ["StackInstancesGroup", "StackSetId"];
  return Object.fromEntries(Object.entries(model).filter(([property]) => !others.includes(property)));
}

function unitsOf(model: Model): string[] {
  const groups = (model["StackInstancesGroup"] ?? []) as InstancesGroup[];
  return groups.flatMap(({ DeploymentTargets }) => DeploymentTargets.OrganizationalUnitIds ?? []);
}

async function deploy(handler: HandlerContext, id: string, action: string, model: Model): Promise<void> {
  const units = unitsOf(model);
  if (units.length > 0) await onUnits(handler, id, action, units);
}

function onUnits(handler: HandlerContext, id: string, action: string, units: string[]): Promise<void> {
  const Regions = ["us-east-1"];
  return operate(handler, id, action, { DeploymentTargets: { OrganizationalUnitIds: units }, Regions });
}

/** Begins an operation and waits for its end, as AWS's handler does. */
async function operate(handler: HandlerContext, id: string, action: string, input: Model): Promise<void> {
  const { OperationId } = await ask(handler, action, { ...input, StackSetName: id });
  const { busy } = handler.call.aws.stackSets;
  const stackSet = existing(handler, id);
  const operation = stackSet.operations.find((one) => one.id === OperationId);
  while (operation?.ended === undefined && busy.has(stackSet.name)) await busy.get(stackSet.name);
  if (operation?.status !== "FAILED") return;
  throw new AwsError(
    "StackSetOperationFailed",
    `Stack set operation [${operation.id}] was unexpectedly stopped or failed`,
  );
}

function existing(handler: HandlerContext, nameOrId: string) {
  const found = handler.call.aws.stackSets.find(nameOrId);
  if (found === undefined) throw new AwsError("StackSetNotFoundException", `StackSet ${nameOrId} not found`, 404);
  return found;
}

function ask(handler: HandlerContext, action: string, input: Model): Promise<Output> {
  const operation = cloudFormation.operations[action];
  const { aws, caller, latency } = handler.call;
  if (operation === undefined) throw new Error(`a handler needs cloudformation ${action}`);
  return perform(cloudFormation, action, operation, new Call({ aws, caller, latency }, input));
}
