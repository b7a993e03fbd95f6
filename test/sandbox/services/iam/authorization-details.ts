import { AWS_MANAGED_POLICIES } from "../../model/aws-managed-policies.ts";
import type { Group, ManagedPolicy, Role, User } from "../../model/entities.ts";
import type { Output } from "../../protocols/protocol.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { showAttachedPolicies, showGroup, showPolicy, showLastUsed, showRole, showTags, showUser } from "./show.ts";

type Kind = "User" | "Role" | "Group" | "LocalManagedPolicy" | "AWSManagedPolicy";

interface Detail {
  kind: Kind;
  shown: Output;
}

/** An account's identities and policies, page by page (IAM API Reference, "GetAccountAuthorizationDetails"). */
export const authorizationDetailOperations: Operations = {
  GetAccountAuthorizationDetails: {
    on: () => "*",
    run(call) {
      const kinds = call.input.strings("Filter");
      const { users, roles, groups, policies } = call.account;
      const details: Detail[] = [
        ...[...users].map((user) => detail("User", showUserDetail(user))),
        ...[...groups].map((group) => detail("Group", showGroupDetail(group))),
        ...[...roles].map((role) => detail("Role", showRoleDetail(call, role))),
        ...[...policies].map((policy) => detail("LocalManagedPolicy", showPolicyDetail(call, policy))),
        ...ofAwsInUse(call).map((policy) => detail("AWSManagedPolicy", showPolicyDetail(call, policy))),
      ];
      const { page, more } = iamPage(
        call,
        details.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)),
      );
      const shown = (wanted: Kind): Output[] => page.filter(({ kind }) => kind === wanted).map((one) => one.shown);
      return {
        UserDetailList: shown("User"),
        GroupDetailList: shown("Group"),
        RoleDetailList: shown("Role"),
        Policies: [...shown("LocalManagedPolicy"), ...shown("AWSManagedPolicy")],
        ...more,
      };
    },
  },
};

/** AWS's own policies that are attached to an identity here, or are its permissions boundary. */
const ofAwsInUse = ({ account }: Call): ManagedPolicy[] =>
  [...AWS_MANAGED_POLICIES.values()].filter(({ arn }) => account.attachmentCount(arn) + account.boundaryUsage(arn) > 0);

const detail = (kind: Kind, shown: Output): Detail => ({ kind, shown });

function showUserDetail(user: User): Output {
  return {
    ...showUser(user),
    GroupList: [...user.groups].map(({ name }) => name),
    UserPolicyList: showInline(user.inlinePolicies),
    AttachedManagedPolicies: showAttachedPolicies(user),
    Tags: showTags(user.tags),
  };
}

function showGroupDetail(group: Group): Output {
  return {
    ...showGroup(group),
    GroupPolicyList: showInline(group.inlinePolicies),
    AttachedManagedPolicies: showAttachedPolicies(group),
  };
}

function showRoleDetail(call: Call, role: Role): Output {
  return {
    ...showRole(call.aws, role),
    RoleLastUsed: showLastUsed(role),
    RolePolicyList: showInline(role.inlinePolicies),
    AttachedManagedPolicies: showAttachedPolicies(role),
    Tags: showTags(role.tags),
  };
}

function showPolicyDetail(call: Call, policy: ManagedPolicy): Output {
  return {
    ...showPolicy(call.account, policy),
    PolicyVersionList: policy.versions.map(({ id, document, created }) => ({
      VersionId: id,
      Document: encodeURIComponent(document),
      IsDefaultVersion: id === policy.defaultVersionId,
      CreateDate: created,
    })),
  };
}

const showInline = (policies: ReadonlyMap<string, string>): Output[] =>
  [...policies].map(([name, document]) => ({ PolicyName: name, PolicyDocument: encodeURIComponent(document) }));
