import { AwsError } from "../../errors.ts";
import { POLICY_TYPES } from "../../model/organization.ts";
import { changeList, changeMap, showTags } from "./identity-policies.ts";
import { compact, document, requiredText, tagsOf, texts, type Model } from "./model.ts";
import type { HandlerContext, ResourceType } from "./resource-type.ts";

/** AWS::Organizations::Policy */
export const organizationsPolicy: ResourceType = {
  name: "AWS::Organizations::Policy",
  properties: ["Name", "Type", "Content", "Description", "TargetIds", "Tags", "Id", "Arn", "AwsManaged"],
  required: ["Name", "Type", "Content"],
  readOnly: ["Id", "Arn", "AwsManaged"],
  createOnly: ["Type"],
  identifier: () => undefined,
  async create(handler, desired, created) {
    const name = requiredText(desired, "Name");
    await handler.organizations("CreatePolicy", {
      Name: name,
      Type: desired["Type"],
      Content: document(desired["Content"]),
      Description: desired["Description"] ?? "",
      Tags: showTags(tagsOf(desired)),
    });
    const policy = [...handler.call.aws.organization.policies.values()].find((one) => one.name === name);
    if (policy === undefined) throw new Error(`policy ${name} was created but is not there`);
    created(policy.id);
    await changeTargets(handler, policy.id, {}, desired);
  },
  async read(handler, id) {
    await handler.organizations("DescribePolicy", { PolicyId: id });
    const policy = handler.call.aws.organization.policies.get(id);
    if (policy === undefined) throw new AwsError("PolicyNotFoundException", `There is no policy ${id}.`);
    return compact({
      Id: policy.id,
      Arn: policy.arn,
      Name: policy.name,
      Type: policy.type,
      AwsManaged: policy.awsManaged,
      Content: JSON.parse(policy.content) as unknown,
      Description: policy.description === "" ? undefined : policy.description,
      TargetIds: [...policy.targets],
      Tags: showTags(policy.tags),
    });
  },
  async update(handler, id, before, after) {
    await handler.organizations("UpdatePolicy", {
      PolicyId: id,
      Name: after["Name"],
      Description: after["Description"] ?? "",
      Content: document(after["Content"]),
    });
    await changeTargets(handler, id, before, after);
    await changeMap(tagsOf(before), tagsOf(after), {
      set: (key, value) => handler.organizations("TagResource", { ResourceId: id, Tags: [{ Key: key, Value: value }] }),
      remove: (key) => handler.organizations("UntagResource", { ResourceId: id, TagKeys: [key] }),
    });
  },
  async delete(handler, id, declared) {
    await changeTargets(handler, id, declared, {});
    await handler.organizations("DeletePolicy", { PolicyId: id });
  },
  async list(handler) {
    for (const type of POLICY_TYPES) await handler.organizations("ListPolicies", { Filter: type });
    return [...handler.call.aws.organization.policies.keys()];
  },
};

async function changeTargets(handler: HandlerContext, id: string, before: Model, after: Model): Promise<void> {
  await changeList(texts(before, "TargetIds"), texts(after, "TargetIds"), {
    add: (target) => handler.organizations("AttachPolicy", { PolicyId: id, TargetId: target }),
    remove: (target) => handler.organizations("DetachPolicy", { PolicyId: id, TargetId: target }),
  });
}
