import { Policy } from "@pulumi/aws-native/organizations/index.js";
import * as pulumi from "@pulumi/pulumi";

import { type Context, oldFormIn } from "./context.ts";
import { exemptionsOf } from "./exemptions.ts";
import { furtherPolicies } from "./control-policies.ts";
import { requireMfaKey, serviceControlPolicyDescription, serviceControlPolicyName } from "./names.ts";
import { serviceControlPolicy } from "./policies.ts";

/**
 * The policies of AWS Organizations, in the management account: the chosen guard rails and the organization's own policies, one after the
 * other, and then the service control policy on the development organizational units. That policy depends on everything else: it is
 * attached last and taken off first, so that no intermediate step locks anyone out.
 */
export class Organization extends pulumi.ComponentResource {
  readonly policyId: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, organizationId, providers, hooks, tagged, otherForm }: Context,
    dependsOn: pulumi.Resource[],
  ) {
    super("mfa-admin:index:Organization", name);
    // Each policy depends on the one before: AWS Organizations refuses changes that overlap.
    let last = dependsOn;
    for (const { key, ...policy } of furtherPolicies(
      { ...settings, oldForm: oldFormIn(settings, otherForm) },
      organizationId,
    )) {
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
      // Protected, so that no mistaken edit deletes the policy.
      { parent: this, provider: providers.management, hooks, dependsOn: [...dependsOn, ...last], protect: true },
    );
    this.policyId = policy.id;
    this.registerOutputs({ policyId: this.policyId });
  }
}
