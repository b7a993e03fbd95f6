import { noSuchEntity } from "../../errors.ts";
import { uniqueId } from "../../model/identifiers.ts";
import { shownTrustPolicy } from "../../model/trust-policy.ts";
import { changePolicies, showPolicies, showTags } from "./identity-policies.ts";
import { compact, document, tagsOf, text } from "./model.ts";
import type { ResourceType } from "./resource-type.ts";
import { changeBoundary, changeTags } from "./user.ts";

/** AWS::IAM::Role */
export const role: ResourceType = {
  name: "AWS::IAM::Role",
  properties: [
    "RoleName",
    "Path",
    "AssumeRolePolicyDocument",
    "Description",
    "MaxSessionDuration",
    "ManagedPolicyArns",
    "Policies",
    "PermissionsBoundary",
    "Tags",
    "Arn",
    "RoleId",
  ],
  required: ["AssumeRolePolicyDocument"],
  readOnly: ["Arn", "RoleId"],
  createOnly: ["RoleName", "Path"],
  identifier: (desired) => text(desired, "RoleName"),
  async create(handler, desired, created) {
    const name = text(desired, "RoleName") ?? `Role-${uniqueId("AROA")}`;
    await handler.iam("CreateRole", {
      RoleName: name,
      AssumeRolePolicyDocument: document(desired["AssumeRolePolicyDocument"]),
      Path: desired["Path"],
      Description: desired["Description"],
      MaxSessionDuration: desired["MaxSessionDuration"],
      PermissionsBoundary: desired["PermissionsBoundary"],
      Tags: showTags(tagsOf(desired)),
    });
    created(name);
    await changePolicies(handler, "Role", name, {}, desired);
  },
  async read(handler, name) {
    await handler.iam("GetRole", { RoleName: name });
    const entity = handler.call.account.roles.get(name);
    if (entity === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return compact({
      RoleName: entity.name,
      Path: entity.path,
      Arn: entity.arn,
      RoleId: entity.id,
      AssumeRolePolicyDocument: JSON.parse(shownTrustPolicy(handler.call.aws, entity.trustPolicy)) as unknown,
      Description: entity.description,
      MaxSessionDuration: entity.maxSessionDuration,
      PermissionsBoundary: entity.permissionsBoundary,
      ...showPolicies(entity),
      Tags: showTags(entity.tags),
    });
  },
  async update(handler, name, before, after) {
    const trust = document(after["AssumeRolePolicyDocument"]);
    if (trust !== document(before["AssumeRolePolicyDocument"])) {
      await handler.iam("UpdateAssumeRolePolicy", { RoleName: name, PolicyDocument: trust });
    }
    const { Description, MaxSessionDuration } = after;
    if (Description !== before["Description"] || MaxSessionDuration !== before["MaxSessionDuration"]) {
      await handler.iam("UpdateRole", { RoleName: name, Description, MaxSessionDuration });
    }
    await changeBoundary(handler, "Role", name, before, after);
    await changePolicies(handler, "Role", name, before, after);
    await changeTags(handler, "Role", name, before, after);
  },
  async delete(handler, name, declared) {
    await changePolicies(handler, "Role", name, declared, {});
    await handler.iam("DeleteRole", { RoleName: name });
  },
  async list(handler) {
    await handler.iam("ListRoles", {});
    return handler.call.account.roles.names;
  },
};
