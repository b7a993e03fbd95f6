import { validatePolicy } from "../../authorization.ts";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "../../errors.ts";
import { newRole } from "../../model/create.ts";
import { storedTrustPolicy } from "../../model/trust-policy.ts";
import { tags } from "../../request-context.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { boundaryContext, existingPolicy } from "./boundaries.ts";
import { identityNamed, newArn, roleArn } from "./lookup.ts";
import { showLastUsed, showRole, showTags } from "./show.ts";

const TRUST_POLICY_CHARACTERS = 2048;

/** Roles, their trust policies and the instance profiles that hold them. */
export const roleOperations: Operations = {
  CreateRole: {
    on: (call) => newArn(call, "role", "RoleName"),
    context: (call) => ({ ...tags("aws:RequestTag", call.input.tags()), ...boundaryContext(call) }),
    async run(call) {
      const name = call.input.name("RoleName");
      if (call.account.roles.isTaken(name)) throw entityAlreadyExists(`Role with name ${name} already exists.`);
      const role = newRole(call.account, name, call.input.optional("Path") ?? "/", call.now);
      role.trustPolicy = await trustPolicyFrom(call, "AssumeRolePolicyDocument");
      role.maxSessionDuration = call.input.integer("MaxSessionDuration", 3600, 3600, 43200);
      setDescription(call, role);
      for (const [key, value] of call.input.tags()) role.tags.set(key, value);
      const boundary = call.input.optional("PermissionsBoundary");
      if (boundary !== undefined) role.permissionsBoundary = existingPolicy(call, boundary);
      // A concurrent request may have taken the name while the documents were validated.
      if (call.account.roles.isTaken(name)) throw entityAlreadyExists(`Role with name ${name} already exists.`);
      call.account.roles.add(role);
      return { Role: showRole(call.aws, role) };
    },
  },
  GetRole: {
    on: roleArn,
    run(call) {
      const role = identityNamed(call, "Role");
      return {
        Role: {
          ...showRole(call.aws, role),
          ...(role.tags.size === 0 ? {} : { Tags: showTags(role.tags) }),
          RoleLastUsed: showLastUsed(role),
        },
      };
    },
  },
  ListRoles: {
    on: (call) => call.account.arn("role/"),
    run(call) {
      const prefix = call.input.optional("PathPrefix") ?? "/";
      const { page, more } = iamPage(
        call,
        [...call.account.roles].filter((role) => role.path.startsWith(prefix)),
      );
      return { Roles: page.map((role) => showRole(call.aws, role)), ...more };
    },
  },
  UpdateRole: {
    on: roleArn,
    run(call) {
      const role = identityNamed(call, "Role");
      setDescription(call, role);
      role.maxSessionDuration = call.input.integer("MaxSessionDuration", 3600, 3600, 43200);
      return {};
    },
  },
  UpdateAssumeRolePolicy: {
    on: roleArn,
    async run(call) {
      const role = identityNamed(call, "Role");
      role.trustPolicy = await trustPolicyFrom(call, "PolicyDocument");
      return {};
    },
  },
  DeleteRole: {
    on: roleArn,
    run(call) {
      const role = identityNamed(call, "Role");
      const inProfile = [...call.account.instanceProfiles].some((profile) => profile.role === role);
      if (inProfile) throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
      if (role.inlinePolicies.size > 0) throw deleteConflict("Cannot delete entity, must delete policies first.");
      if (role.attachedPolicies.size > 0) {
        throw deleteConflict("Cannot delete entity, must detach all policies first.");
      }
      call.account.roles.remove(role);
      return {};
    },
  },
  CreateInstanceProfile: {
    on: (call) => newArn(call, "instance-profile", "InstanceProfileName"),
    run(call) {
      const name = call.input.name("InstanceProfileName");
      const profile = { name, arn: call.account.arn(`instance-profile/${name}`) };
      call.account.instanceProfiles.add(profile);
      return { InstanceProfile: { InstanceProfileName: name, Arn: profile.arn } };
    },
  },
  AddRoleToInstanceProfile: {
    on: profileArn,
    run(call) {
      profileNamed(call).role = identityNamed(call, "Role");
      return {};
    },
  },
  RemoveRoleFromInstanceProfile: {
    on: profileArn,
    run(call) {
      delete profileNamed(call).role;
      return {};
    },
  },
  ListInstanceProfilesForRole: {
    on: roleArn,
    run(call) {
      const role = identityNamed(call, "Role");
      const { page, more } = iamPage(
        call,
        [...call.account.instanceProfiles].filter((profile) => profile.role === role),
      );
      return {
        InstanceProfiles: page.map(({ name, arn }) => ({
          InstanceProfileName: name,
          Arn: arn,
          Path: "/",
          Roles: [showRole(call.aws, role)],
        })),
        ...more,
      };
    },
  },
};

async function trustPolicyFrom(call: Call, parameter: string): Promise<string> {
  const text = call.input.string(parameter);
  if (text.replaceAll(/\s/g, "").length > TRUST_POLICY_CHARACTERS) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARACTERS}`);
  }
  const stored = storedTrustPolicy(call.aws, text);
  await validatePolicy("trust", stored);
  return stored;
}

function setDescription(call: Call, role: { description?: string }): void {
  const description = call.input.optional("Description");
  if (description === undefined) delete role.description;
  else role.description = description;
}

function profileArn(call: Call): string {
  return call.account.arn(`instance-profile/${call.input.name("InstanceProfileName")}`);
}

function profileNamed(call: Call) {
  const name = call.input.name("InstanceProfileName");
  const profile = call.account.instanceProfiles.get(name);
  if (profile === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}
