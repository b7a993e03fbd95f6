import type {
  Group,
  Identity,
  IdentityProvider,
  InstanceProfile,
  ManagedPolicy,
  MfaDevice,
  PasswordPolicy,
  Role,
  User,
} from "./entities.ts";
import { Names } from "./names.ts";

/** One AWS account: its IAM. */
export class Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  state: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED" = "ACTIVE";
  readonly users = new Names<User>();
  readonly groups = new Names<Group>();
  readonly roles = new Names<Role>();
  /** Customer managed policies. */
  readonly policies = new Names<ManagedPolicy>();
  readonly virtualMfaDevices = new Names<MfaDevice>();
  readonly instanceProfiles = new Names<InstanceProfile>();
  readonly openIdConnectProviders = new Names<IdentityProvider>();
  readonly samlProviders = new Names<IdentityProvider>();
  readonly aliases: string[] = [];
  passwordPolicy?: PasswordPolicy;
  credentialReport?: { generated: Date; content: string };

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
    this.email = `${name}@example.com`;
  }

  /** An IAM ARN in this account, e.g. of `user/alice`. */
  arn(resource: string): string {
    return `arn:aws:iam::${this.id}:${resource}`;
  }

  members(group: Group): User[] {
    return [...this.users].filter((user) => user.groups.has(group));
  }

  /** How many users and roles a managed policy bounds. */
  boundaryUsage(policyArn: string): number {
    return [...this.users, ...this.roles].filter((entity) => entity.permissionsBoundary === policyArn).length;
  }

  /** How many users, groups and roles a managed policy is attached to. */
  attachmentCount(policyArn: string): number {
    const { users, groups, roles } = this.attachments(policyArn);
    return users.length + groups.length + roles.length;
  }

  /** The users, groups and roles that a managed policy is attached to. */
  attachments(policyArn: string): { users: User[]; groups: Group[]; roles: Role[] } {
    const attached = (identity: Identity) => identity.attachedPolicies.has(policyArn);
    return {
      users: [...this.users].filter(attached),
      groups: [...this.groups].filter(attached),
      roles: [...this.roles].filter(attached),
    };
  }
}
