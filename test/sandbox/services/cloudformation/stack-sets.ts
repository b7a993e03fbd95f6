import { AwsError, validationError } from "../../errors.ts";
import type { OperationResult, StackInstance, StackSet, StackSetOperation } from "../../model/stack-sets.ts";
import type { Output } from "../../protocols/protocol.ts";
import { tokenPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { accountsOf, begin } from "./operation.ts";
import { interpret, namesIamResources } from "./template.ts";

/** The actions on service-managed stack sets, for the management account. */
export const stackSetOperations: Operations = {
  CreateStackSet: {
    on: newArn,
    run(call) {
      const { stackSets } = call.aws;
      const name = call.input.matching("StackSetName", /^[a-zA-Z][a-zA-Z0-9-]{0,127}$/);
      if (call.input.optional("PermissionModel") !== "SERVICE_MANAGED") {
        throw new AwsError("NotImplemented", "The sandbox has no self-managed stack sets.", 501);
      }
      if (!stackSets.trustedAccess) {
        throw validationError("You must enable organizations access to operate a service managed stack set");
      }
      if (stackSets.find(name) !== undefined) {
        throw new AwsError("NameAlreadyExistsException", `StackSet ${name} already exists`, 409);
      }
      const template = checkedTemplate(call);
      const stackSet = stackSets.add(call.caller.accountId, name, { description: "", template, capabilities: [] });
      configure(call, stackSet);
      return { StackSetId: stackSet.id };
    },
  },
  UpdateStackSet: {
    on: existingArn,
    run(call) {
      const stackSet = stackSetNamed(call);
      stackSet.template = checkedTemplate(call);
      configure(call, stackSet);
      stackSet.version++;
      for (const instance of stackSet.instances.values()) instance.status = "OUTDATED";
      return { OperationId: begin(call, stackSet, "UPDATE", [...stackSet.instances.values()]).operation.id };
    },
  },
  DeleteStackSet: {
    on: existingArn,
    run(call) {
      const stackSet = stackSetNamed(call);
      if (stackSet.instances.size > 0) {
        throw new AwsError("StackSetNotEmptyException", `StackSet ${stackSet.arn} is not empty`, 409);
      }
      call.aws.stackSets.byName.delete(stackSet.name);
      return {};
    },
  },
  DescribeStackSet: {
    on: existingArn,
    run: (call) => ({ StackSet: showStackSet(stackSetNamed(call)) }),
  },
  ListStackSets: {
    on: () => "*",
    run(call) {
      const { page, more } = tokenPage(call, [...call.aws.stackSets.byName.values()], 100);
      return {
        Summaries: page.map(({ id, name }) => ({ StackSetId: id, StackSetName: name, Status: "ACTIVE" })),
        ...more,
      };
    },
  },
  CreateStackInstances: {
    on: existingArn,
    run(call) {
      const stackSet = stackSetNamed(call);
      const { units, targets } = targetsOf(call);
      stackSet.regions = call.input.strings("Regions");
      for (const unit of units) stackSet.units.add(unit);
      return { OperationId: begin(call, stackSet, "CREATE", targets).operation.id };
    },
  },
  UpdateStackInstances: {
    on: existingArn,
    run(call) {
      const stackSet = stackSetNamed(call);
      const targets = targetsOf(call).targets.filter(({ accountId }) => stackSet.instances.has(accountId));
      return { OperationId: begin(call, stackSet, "UPDATE", targets).operation.id };
    },
  },
  DeleteStackInstances: {
    on: existingArn,
    run(call) {
      const stackSet = stackSetNamed(call);
      const { units } = targetsOf(call);
      for (const unit of units) stackSet.units.delete(unit);
      const targets = [...stackSet.instances.values()].filter(({ unitId }) => units.includes(unitId));
      return { OperationId: begin(call, stackSet, "DELETE", targets).operation.id };
    },
  },
  ListStackInstances: {
    on: existingArn,
    run(call) {
      const { page, more } = tokenPage(call, [...stackSetNamed(call).instances.values()], 100);
      const { id } = stackSetNamed(call);
      return { Summaries: page.map((instance) => showInstance(id, instance)), ...more };
    },
  },
  ListStackSetOperations: {
    on: existingArn,
    run(call) {
      const { page, more } = tokenPage(call, stackSetNamed(call).operations, 100);
      return { Summaries: page.map(showOperation), ...more };
    },
  },
  DescribeStackSetOperation: {
    on: existingArn,
    run: (call) => ({ StackSetOperation: showOperation(operationNamed(call)) }),
  },
  ListStackSetOperationResults: {
    on: existingArn,
    run(call) {
      const { page, more } = tokenPage(call, operationNamed(call).results, 100);
      return { Summaries: page.map(showResult), ...more };
    },
  },
};

function newArn(call: Call): string {
  return `arn:aws:cloudformation:us-east-1:${call.caller.accountId}:stackset/${call.input.string("StackSetName")}:*`;
}

function existingArn(call: Call): string {
  return call.aws.stackSets.find(call.input.string("StackSetName"))?.arn ?? newArn(call);
}

function stackSetNamed(call: Call): StackSet {
  const name = call.input.string("StackSetName");
  const stackSet = call.aws.stackSets.find(name);
  if (stackSet === undefined) throw new AwsError("StackSetNotFoundException", `StackSet ${name} not found`, 404);
  return stackSet;
}

function operationNamed(call: Call): StackSetOperation {
  const id = call.input.string("OperationId");
  const operation = stackSetNamed(call).operations.find((one) => one.id === id);
  if (operation === undefined) throw new AwsError("OperationNotFoundException", `Operation ${id} not found`, 404);
  return operation;
}

/** The template of a request. It must be one that can be evaluated, and the request must acknowledge named IAM resources. */
function checkedTemplate(call: Call): string {
  const template = call.input.string("TemplateBody");
  interpret(template, { accountId: call.caller.accountId, region: "us-east-1" });
  if (namesIamResources(template) && !call.input.strings("Capabilities").includes("CAPABILITY_NAMED_IAM")) {
    throw new AwsError("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]");
  }
  return template;
}

function configure({ input }: Call, stackSet: StackSet): void {
  const [autoDeployment] = input.structure("AutoDeployment");
  const [execution] = input.structure("ManagedExecution");
  const [preferences] = input.structure("OperationPreferences");
  stackSet.description = input.optional("Description") ?? "";
  stackSet.capabilities = input.strings("Capabilities");
  stackSet.tags = input.tags();
  stackSet.managedExecution = execution?.flag("Active") ?? false;
  stackSet.autoDeployment = {
    enabled: autoDeployment?.flag("Enabled") ?? false,
    retain: autoDeployment?.flag("RetainStacksOnAccountRemoval") ?? false,
  };
  if (preferences === undefined) return;
  stackSet.preferences = {
    failureTolerancePercentage: preferences.integer("FailureTolerancePercentage", 0, 0, 100),
    maxConcurrentPercentage: preferences.integer("MaxConcurrentPercentage", 1, 1, 100),
  };
}

/** The units in a request, and their accounts: all of them, or those that the request names. */
function targetsOf(call: Call): { units: string[]; targets: { accountId: string; unitId: string }[] } {
  const [of] = call.input.structure("DeploymentTargets");
  const units = of?.strings("OrganizationalUnitIds") ?? [];
  const { organization } = call.aws;
  if (units.length === 0) throw validationError("OrganizationalUnitIds are required in the DeploymentTargets.");
  const unknown = units.find((id) => id !== organization.rootId && !organization.units.has(id));
  if (unknown !== undefined) throw validationError(`Organizational unit ${unknown} does not exist.`);
  const filter = of?.optional("AccountFilterType") ?? "NONE";
  if (!["NONE", "INTERSECTION"].includes(filter)) {
    throw new AwsError("NotImplemented", `The sandbox has no AccountFilterType ${filter}.`, 501);
  }
  const named = of?.strings("Accounts") ?? [];
  const all = accountsOf(call.aws, units);
  return { units, targets: filter === "NONE" ? all : all.filter(({ accountId }) => named.includes(accountId)) };
}

const showStackSet = (stackSet: StackSet): Output => ({
  StackSetName: stackSet.name,
  StackSetId: stackSet.id,
  StackSetARN: stackSet.arn,
  Status: "ACTIVE",
  Description: stackSet.description,
  TemplateBody: stackSet.template,
  Capabilities: stackSet.capabilities,
  PermissionModel: "SERVICE_MANAGED",
  OrganizationalUnitIds: [...stackSet.units],
  AutoDeployment: {
    Enabled: stackSet.autoDeployment.enabled,
    RetainStacksOnAccountRemoval: stackSet.autoDeployment.retain,
  },
  ManagedExecution: { Active: stackSet.managedExecution },
  Tags: [...stackSet.tags].map(([Key, Value]) => ({ Key, Value })),
});

const showInstance = (stackSetId: string, instance: StackInstance): Output => ({
  StackSetId: stackSetId,
  Region: instance.region,
  Account: instance.accountId,
  OrganizationalUnitId: instance.unitId,
  Status: instance.status,
  StackInstanceStatus: { DetailedStatus: instance.detailedStatus },
  StatusReason: instance.reason,
  DriftStatus: instance.driftStatus,
  LastOperationId: instance.lastOperationId,
});

const showOperation = ({ id, action, status, created, ended, results }: StackSetOperation): Output => ({
  OperationId: id,
  Action: action,
  Status: status,
  CreationTimestamp: created,
  EndTimestamp: ended,
  StatusDetails: { FailedStackInstancesCount: results.filter((result) => result.status === "FAILED").length },
});

const showResult = ({ accountId, region, unitId, status, reason }: OperationResult): Output => ({
  Account: accountId,
  Region: region,
  OrganizationalUnitId: unitId,
  Status: status,
  StatusReason: reason,
});
