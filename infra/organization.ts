import { Policy } from "@pulumi/aws-native/organizations/index.js";
import * as pulumi from "@pulumi/pulumi";

import type { Context } from "./context.ts";
import { exemptionsOf } from "./exemptions.ts";
import { furtherPolicies } from "./control-policies.ts";
import { requireMfaKey, serviceControlPolicyDescription, serviceControlPolicyName } from "./names.ts";
import { serviceControlPolicy } from "./policies.ts";

/**
 * The policies of AWS Organizations, in the management account: the guard rails that were chosen and the organization's own policies, one
 * after the other, and then the service control policy on the development organizational units. It depends on all
 * else: attached last on the way up and taken off first on the way down, so that nothing in between locks anyone out.
 */
export class Organization extends pulumi.ComponentResource {
  readonly policyId: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, organizationId, providers, hooks, tagged }: Context,
    dependsOn: pulumi.Resource[],
  ) {
    super("mfa-admin:index:Organization", name);
    // Organizations refuses changes that overlap, so that one waits for the other.
    let last = dependsOn;
    for (const { key, ...policy } of furtherPolicies(settings, organizationId)) {
      const further = new Policy(
        key,
        { ...policy, ...tagged },
        { parent: this, provider: providers.management, hooks, dependsOn: last },
      );
      last = [further];
    }
    const policy = new Policy(
      requireMfaKey,
      {
        name: serviceControlPolicyName,
        description: serviceControlPolicyDescription,
        type: "SERVICE_CONTROL_POLICY",
        content: serviceControlPolicy(exemptionsOf(settings)),
        targetIds: settings.organizationalUnits,
        ...tagged,
      },
      // Protected: no slip of an edit takes the shield off.
      { parent: this, provider: providers.management, hooks, dependsOn: [...dependsOn, ...last], protect: true },
    );
    this.policyId = policy.id;
    this.registerOutputs({ policyId: this.policyId });
  }
}
