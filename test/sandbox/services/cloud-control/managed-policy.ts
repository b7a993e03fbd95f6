import { noSuchEntity } from "../../errors.ts";
import { defaultDocument } from "../../model/entities.ts";
import { uniqueId } from "../../model/identifiers.ts";
import { changeList } from "./identity-policies.ts";
import { compact, document, text, texts, type Model } from "./model.ts";
import type { HandlerContext, ResourceType } from "./resource-type.ts";

const ATTACHMENTS = [
  { property: "Users", kind: "User" },
  { property: "Groups", kind: "Group" },
  { property: "Roles", kind: "Role" },
] as const;

/** AWS::IAM::ManagedPolicy */
export const managedPolicy: ResourceType = {
  name: "AWS::IAM::ManagedPolicy",
  properties: [
    "ManagedPolicyName",
    "Path",
    "Description",
    "PolicyDocument",
    "Users",
    "Groups",
    "Roles",
    "PolicyArn",
    "AttachmentCount",
    "CreateDate",
    "UpdateDate",
    "DefaultVersionId",
    "IsAttachable",
    "PermissionsBoundaryUsageCount",
    "PolicyId",
  ],
  required: ["PolicyDocument"],
  readOnly: [
    "PolicyArn",
    "AttachmentCount",
    "CreateDate",
    "UpdateDate",
    "DefaultVersionId",
    "IsAttachable",
    "PermissionsBoundaryUsageCount",
    "PolicyId",
  ],
  createOnly: ["ManagedPolicyName", "Description", "Path"],
  identifier: () => undefined,
  async create(handler, desired, created) {
    const name = text(desired, "ManagedPolicyName") ?? `ManagedPolicy-${uniqueId("ANPA")}`;
    const path = text(desired, "Path") ?? "/";
    await handler.iam("CreatePolicy", {
      PolicyName: name,
      Path: path,
      Description: desired["Description"],
      PolicyDocument: document(desired["PolicyDocument"]),
    });
    const arn = handler.call.account.arn(`policy${path}${name}`);
    created(arn);
    await changeAttachments(handler, arn, {}, desired);
  },
  async read(handler, arn) {
    await handler.iam("GetPolicy", { PolicyArn: arn });
    const policy = handler.call.aws.managedPolicy(handler.call.caller.accountId, arn);
    if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
    const { account } = handler.call;
    const { users, groups, roles } = account.attachments(arn);
    return compact({
      PolicyArn: policy.arn,
      PolicyId: policy.id,
      ManagedPolicyName: policy.name,
      Path: policy.path,
      Description: policy.description,
      PolicyDocument: JSON.parse(defaultDocument(policy)) as unknown,
      DefaultVersionId: policy.defaultVersionId,
      AttachmentCount: account.attachmentCount(arn),
      PermissionsBoundaryUsageCount: account.boundaryUsage(arn),
      IsAttachable: true,
      CreateDate: policy.created.toISOString(),
      UpdateDate: policy.updated.toISOString(),
      Users: users.map(({ name }) => name),
      Groups: groups.map(({ name }) => name),
      Roles: roles.map(({ name }) => name),
    });
  },
  async update(handler, arn, before, after) {
    const wanted = document(after["PolicyDocument"]);
    if (wanted !== document(before["PolicyDocument"])) {
      await deleteOtherVersions(handler, arn);
      await handler.iam("CreatePolicyVersion", { PolicyArn: arn, PolicyDocument: wanted, SetAsDefault: true });
    }
    await changeAttachments(handler, arn, before, after);
  },
  async delete(handler, arn, declared) {
    await changeAttachments(handler, arn, declared, {});
    await deleteOtherVersions(handler, arn);
    await handler.iam("DeletePolicy", { PolicyArn: arn });
  },
  async list(handler) {
    await handler.iam("ListPolicies", { Scope: "Local" });
    return [...handler.call.account.policies].map((policy) => policy.arn);
  },
};

async function changeAttachments(handler: HandlerContext, arn: string, before: Model, after: Model): Promise<void> {
  for (const { property, kind } of ATTACHMENTS) {
    await changeList(texts(before, property), texts(after, property), {
      add: (name) => handler.iam(`Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn: arn }),
      remove: (name) => handler.iam(`Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn: arn }),
    });
  }
}

async function deleteOtherVersions(handler: HandlerContext, arn: string): Promise<void> {
  const policy = handler.call.aws.managedPolicy(handler.call.caller.accountId, arn);
  const others = policy?.versions.filter((version) => version.id !== policy.defaultVersionId) ?? [];
  for (const { id } of others) await handler.iam("DeletePolicyVersion", { PolicyArn: arn, VersionId: id });
}
