import { StackSet } from "@pulumi/aws-native/cloudformation/index.js";
import * as pulumi from "@pulumi/pulumi";

import { type Context, type OtherForm, sharedRoleKept } from "./context.ts";
import { stackSetName } from "./names.ts";
import { region } from "./region.ts";
import type { Settings } from "./settings.ts";
import { sharedRoleTemplate } from "./shared-role.ts";

/**
 * One role in every account of the units, made by CloudFormation StackSets from the management account. It is one resource here, however
 * many accounts there are, and covers accounts that are added later.
 */
export class SharedRoles extends pulumi.ComponentResource {
  constructor(name: string, { settings, providers, hooks, tagged, otherForm }: Context) {
    super("mfa-admin:index:SharedRoles", name);
    new StackSet(
      "shared-roles",
      {
        stackSetName,
        description: "The role of mfa-admin's developers in every account.",
        permissionModel: "SERVICE_MANAGED",
        templateBody: sharedRoleTemplate(settings),
        capabilities: ["CAPABILITY_NAMED_IAM"],
        autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
        // An operation that overlaps with AWS's own deployment to a new account is queued.
        managedExecution: { active: true },
        // A failure in one account does not stop the others: failures are read afterwards, account by account.
        operationPreferences: { failureTolerancePercentage: 100, maxConcurrentPercentage: 100 },
        stackInstancesGroup: [
          { deploymentTargets: { organizationalUnitIds: settings.organizationalUnits }, regions: [region] },
        ],
        ...tagged,
        ...keptInputs(settings, otherForm),
      },
      { parent: this, provider: providers.management, hooks },
    );
  }

  /** There are no outputs. */
  protected override registerOutputs(): void {
    // Nothing to register.
  }
}

/**
 * The inputs of the stack set on the way back to roles of the developers' own: it stays as it is, in the same accounts, and its role has
 * the rights that the settings give.
 */
function keptInputs(settings: Settings, otherForm: OtherForm | undefined): Record<string, unknown> {
  const rolePrefix = sharedRoleKept(otherForm);
  return {
    ...otherForm?.stackSet,
    ...(rolePrefix !== undefined && { templateBody: sharedRoleTemplate({ ...settings, rolePrefix }) }),
  };
}
