import { Policy } from "@pulumi/aws-native/organizations/index.js";
import * as pulumi from "@pulumi/pulumi";

import type { Context } from "./context.ts";
import { exemptionsOf } from "./exemptions.ts";
import { serviceControlPolicyDescription, serviceControlPolicyName } from "./names.ts";
import { serviceControlPolicy } from "./policies.ts";

/**
 * The service control policy on the development organizational units, in the management account. It depends on all
 * else: attached last on the way up and taken off first on the way down, so that nothing in between locks anyone out.
 */
export class Organization extends pulumi.ComponentResource {
  readonly policyId: pulumi.Output<string>;

  constructor(name: string, { settings, providers, hooks, tagged }: Context, dependsOn: pulumi.Resource[]) {
    super("mfa-admin:index:Organization", name);
    const policy = new Policy(
      "require-mfa",
      {
        name: serviceControlPolicyName,
        description: serviceControlPolicyDescription,
        type: "SERVICE_CONTROL_POLICY",
        content: serviceControlPolicy(exemptionsOf(settings)),
        targetIds: settings.organizationalUnits,
        ...tagged,
      },
      // Protected: no slip of an edit takes the shield off.
      { parent: this, provider: providers.management, hooks, dependsOn, protect: true },
    );
    this.policyId = policy.id;
    this.registerOutputs({ policyId: this.policyId });
  }
}
