import { noSuchEntity } from "../../errors.ts";
import { uniqueId } from "../../model/identifiers.ts";
import { changeList, changeMap, changePolicies, showPolicies, showTags } from "./identity-policies.ts";
import { compact, tagsOf, text, texts, type Model } from "./model.ts";
import type { HandlerContext, ResourceType } from "./resource-type.ts";

/** AWS::IAM::User */
export const user: ResourceType = {
  name: "AWS::IAM::User",
  properties: [
    "UserName",
    "Path",
    "Groups",
    "ManagedPolicyArns",
    "Policies",
    "PermissionsBoundary",
    "Tags",
    "LoginProfile",
    "Arn",
  ],
  required: [],
  readOnly: ["Arn"],
  createOnly: ["UserName"],
  identifier: (desired) => text(desired, "UserName"),
  async create(handler, desired, created) {
    const name = text(desired, "UserName") ?? `User-${uniqueId("AIDA")}`;
    const { Path, PermissionsBoundary } = desired;
    await handler.iam("CreateUser", { UserName: name, Path, PermissionsBoundary, Tags: showTags(tagsOf(desired)) });
    created(name);
    await changeMembershipAndPolicies(handler, name, {}, desired);
    await changeLoginProfile(handler, name, {}, desired);
  },
  async read(handler, name) {
    await handler.iam("GetUser", { UserName: name });
    const entity = handler.call.account.users.get(name);
    if (entity === undefined) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return compact({
      UserName: entity.name,
      Path: entity.path,
      Arn: entity.arn,
      Groups: [...entity.groups].map((group) => group.name),
      ...showPolicies(entity),
      PermissionsBoundary: entity.permissionsBoundary,
      Tags: showTags(entity.tags),
      // Only the password is write-only, so the rest of LoginProfile is returned.
      LoginProfile: entity.loginProfile && { PasswordResetRequired: entity.loginProfile.passwordResetRequired },
    });
  },
  async update(handler, name, before, after) {
    if (text(after, "Path") !== text(before, "Path")) {
      await handler.iam("UpdateUser", { UserName: name, NewPath: text(after, "Path") ?? "/" });
    }
    await changeBoundary(handler, "User", name, before, after);
    await changeMembershipAndPolicies(handler, name, before, after);
    await changeTags(handler, "User", name, before, after);
    await changeLoginProfile(handler, name, before, after);
  },
  async delete(handler, name, declared) {
    await changeMembershipAndPolicies(handler, name, declared, {});
    await changeLoginProfile(handler, name, declared, {});
    await handler.iam("DeleteUser", { UserName: name });
  },
  async list(handler) {
    await handler.iam("ListUsers", {});
    return handler.call.account.users.names;
  },
};

async function changeMembershipAndPolicies(
  handler: HandlerContext,
  name: string,
  before: Model,
  after: Model,
): Promise<void> {
  await changeList(texts(before, "Groups"), texts(after, "Groups"), {
    add: (group) => handler.iam("AddUserToGroup", { UserName: name, GroupName: group }),
    remove: (group) => handler.iam("RemoveUserFromGroup", { UserName: name, GroupName: group }),
  });
  await changePolicies(handler, "User", name, before, after);
}

async function changeLoginProfile(handler: HandlerContext, name: string, before: Model, after: Model): Promise<void> {
  const [old, wanted] = [before["LoginProfile"], after["LoginProfile"]];
  if (wanted === undefined) {
    if (old !== undefined) await handler.iam("DeleteLoginProfile", { UserName: name });
  } else if (JSON.stringify(old) !== JSON.stringify(wanted)) {
    const action = old === undefined ? "CreateLoginProfile" : "UpdateLoginProfile";
    await handler.iam(action, { UserName: name, ...(wanted as Model) });
  }
}

/** Sets or removes the permissions boundary. */
export async function changeBoundary(
  handler: HandlerContext,
  kind: "User" | "Role",
  name: string,
  before: Model,
  after: Model,
): Promise<void> {
  const boundary = text(after, "PermissionsBoundary");
  if (boundary === text(before, "PermissionsBoundary")) return;
  const named = { [`${kind}Name`]: name };
  if (boundary === undefined) await handler.iam(`Delete${kind}PermissionsBoundary`, named);
  else await handler.iam(`Put${kind}PermissionsBoundary`, { ...named, PermissionsBoundary: boundary });
}

/** Sets and removes tags. */
export async function changeTags(
  handler: HandlerContext,
  kind: "User" | "Role",
  name: string,
  before: Model,
  after: Model,
): Promise<void> {
  const named = { [`${kind}Name`]: name };
  await changeMap(tagsOf(before), tagsOf(after), {
    set: (key, value) => handler.iam(`Tag${kind}`, { ...named, Tags: [{ Key: key, Value: value }] }),
    remove: (key) => handler.iam(`Untag${kind}`, { ...named, TagKeys: [key] }),
  });
}
