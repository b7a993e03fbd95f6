import { noSuchEntity } from "../../errors.ts";
import { uniqueId } from "../../model/identifiers.ts";
import { changePolicies, showPolicies } from "./identity-policies.ts";
import { compact, text } from "./model.ts";
import type { ResourceType } from "./resource-type.ts";

/** AWS::IAM::Group */
export const group: ResourceType = {
  name: "AWS::IAM::Group",
  properties: ["GroupName", "Path", "ManagedPolicyArns", "Policies", "Arn"],
  required: [],
  readOnly: ["Arn"],
  createOnly: ["GroupName"],
  identifier: (desired) => text(desired, "GroupName"),
  async create(handler, desired, created) {
    const name = text(desired, "GroupName") ?? `Group-${uniqueId("AGPA")}`;
    await handler.iam("CreateGroup", { GroupName: name, Path: desired["Path"] });
    created(name);
    await changePolicies(handler, "Group", name, {}, desired);
  },
  async read(handler, name) {
    await handler.iam("GetGroup", { GroupName: name });
    const entity = handler.call.account.groups.get(name);
    if (entity === undefined) throw noSuchEntity(`The group with name ${name} cannot be found.`);
    return compact({ GroupName: entity.name, Path: entity.path, Arn: entity.arn, ...showPolicies(entity) });
  },
  async update(handler, name, before, after) {
    if (text(after, "Path") !== text(before, "Path")) {
      await handler.iam("UpdateGroup", { GroupName: name, NewPath: text(after, "Path") ?? "/" });
    }
    await changePolicies(handler, "Group", name, before, after);
  },
  async delete(handler, name, declared) {
    await changePolicies(handler, "Group", name, declared, {});
    await handler.iam("DeleteGroup", { GroupName: name });
  },
  async list(handler) {
    await handler.iam("ListGroups", {});
    return handler.call.account.groups.names;
  },
};
