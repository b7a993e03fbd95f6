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
      // Paths are AWS's default: an adopted resource's is read back, and would be taken away, or the resource replaced.
      // Another description would replace the policy, under a name that is taken until the old one is gone. What it is
      // attached to is the group's business: a refresh reads it back, and an update would take it away again.
      {
        ...options,
        hooks: policyHooks,
        dependsOn,
        ignoreChanges: ["path", "description", "groups", "users", "roles"],
      },
    );
    // A managed policy's id is its ARN, a group's its name: read-only attributes are not there on every endpoint.
    const group = new Group(
      "developers",
      { groupName: developersGroup, managedPolicyArns: [policy.id] },
      { ...options, hooks: groupHooks, ignoreChanges: ["path"] },
    );
    this.groupName = group.id;
    this.registerOutputs({ groupName: this.groupName });
  }
}
