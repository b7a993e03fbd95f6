import { Group, ManagedPolicy } from "@pulumi/aws-native/iam/index.js";
import * as pulumi from "@pulumi/pulumi";

import type { Context } from "./context.ts";
import { developersGroup } from "./names.ts";
import { developerPolicy } from "./policies.ts";

/** What the developers share in the auth account: their group and its one managed policy. */
export class AuthAccount extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, providers, groupHooks, policyHooks, otherForm }: Context,
    dependsOn: pulumi.Resource[] = [],
  ) {
    super("mfa-admin:index:AuthAccount", name);
    const options = { parent: this, provider: providers.auth };
    const policy = new ManagedPolicy(
      "developer",
      {
        managedPolicyName: "mfa-admin-developer",
        description: "A developer's own password, MFA device and access keys; with MFA, the developer's role.",
        policyDocument: developerPolicy(settings, otherForm !== undefined),
      },
      // An adopted resource's path is read back; an update would take it away or replace the resource. Another description would replace
      // the policy, whose name is taken until the old one is deleted. The policy's attachments are managed by the group: a refresh reads
      // them back here, and an update would remove them.
      {
        ...options,
        hooks: policyHooks,
        dependsOn,
        ignoreChanges: ["path", "description", "groups", "users", "roles"],
      },
    );
    // A managed policy's id is its ARN, a group's id its name. Read-only attributes such as the ARN are missing on some endpoints.
    const group = new Group(
      "developers",
      { groupName: developersGroup, managedPolicyArns: [policy.id] },
      { ...options, hooks: groupHooks, ignoreChanges: ["path"] },
    );
    this.groupName = group.id;
    this.registerOutputs({ groupName: this.groupName });
  }
}
