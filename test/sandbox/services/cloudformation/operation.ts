import { randomUUID } from "node:crypto";

import { AwsError } from "../../errors.ts";
import type { Latency } from "../../latency.ts";
import type { LocalAws } from "../../model/local-aws.ts";
import type { OperationResult, StackInstance, StackSet, StackSetOperation } from "../../model/stack-sets.ts";
import { deleteStack, deployStack } from "./stack.ts";
import { interpret } from "./template.ts";

/** The action name by which the latency and the faults of a stack instance are set. */
export const STACK_INSTANCE = "StackInstance";

export interface Room {
  aws: LocalAws;
  latency: Latency;
}

interface Target {
  accountId: string;
  unitId: string;
}

/** The accounts of some units, the units below them included; never the management account. */
export function accountsOf({ organization }: LocalAws, units: Iterable<string>): Target[] {
  const wanted = [...units];
  return [...organization.accounts.keys()].flatMap((accountId): Target[] => {
    if (accountId === organization.managementAccountId) return [];
    const unitId = organization.levelsOf(accountId).find((level) => wanted.includes(level));
    return unitId === undefined ? [] : [{ accountId, unitId }];
  });
}

/**
 * Begins an operation on some accounts, and continues it in the background, as CloudFormation does.
 *
 * @throws AwsError while another operation is in progress, unless the stack set has managed execution, which queues it
 */
export function begin(
  room: Room,
  stackSet: StackSet,
  action: StackSetOperation["action"],
  targets: Target[],
  { waits = stackSet.managedExecution }: { waits?: boolean } = {},
): { operation: StackSetOperation; ended: Promise<void> } {
  const { aws } = room;
  const underWay = aws.stackSets.busy.get(stackSet.name);
  if (underWay !== undefined && !waits) {
    throw new AwsError(
      "OperationInProgressException",
      `Another Operation on StackSet ${stackSet.arn} is in progress`,
      409,
    );
  }
  const region = stackSet.regions[0] ?? "us-east-1";
  const operation: StackSetOperation = {
    id: randomUUID(),
    action,
    status: underWay === undefined ? "RUNNING" : "QUEUED",
    created: aws.clock.now(),
    results: targets.map((target) => ({ ...target, region, status: "PENDING" })),
  };
  stackSet.operations.unshift(operation);
  const ended = (underWay ?? Promise.resolve())
    .then(() => work(room, stackSet, operation))
    .finally(() => {
      if (aws.stackSets.busy.get(stackSet.name) === ended) aws.stackSets.busy.delete(stackSet.name);
    });
  aws.stackSets.busy.set(stackSet.name, ended);
  return { operation, ended };
}

async function work(room: Room, stackSet: StackSet, operation: StackSetOperation): Promise<void> {
  const { failureTolerancePercentage, maxConcurrentPercentage } = stackSet.preferences;
  const { results } = operation;
  operation.status = "RUNNING";
  const tolerated = Math.floor((results.length * failureTolerancePercentage) / 100);
  const atOnce = Math.max(1, Math.floor((results.length * maxConcurrentPercentage) / 100));
  const waiting = [...results];
  const failed = (): number => results.filter(({ status }) => status === "FAILED").length;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let result = waiting.shift(); result !== undefined; result = waiting.shift()) {
        if (failed() <= tolerated) await inAccount(room, stackSet, operation, result);
        else {
          result.status = "CANCELLED";
          instanceFor(stackSet, operation, result).detailedStatus = "CANCELLED";
        }
      }
    }),
  );
  operation.status = failed() > tolerated ? "FAILED" : "SUCCEEDED";
  operation.ended = room.aws.clock.now();
}

async function inAccount(
  room: Room,
  stackSet: StackSet,
  operation: StackSetOperation,
  result: OperationResult,
): Promise<void> {
  const { aws, latency } = room;
  const instance = instanceFor(stackSet, operation, result);
  result.status = "RUNNING";
  instance.detailedStatus = "RUNNING";
  await latency.wait(STACK_INSTANCE);
  const account = aws.organization.accounts.get(result.accountId);
  if (account === undefined || account.state !== "ACTIVE") {
    // An operation does not fail by a suspended account (CloudFormation User Guide, "Stack instance status codes").
    result.status = "CANCELLED";
    instance.detailedStatus = "SKIPPED_SUSPENDED_ACCOUNT";
    instance.reason = "The account is suspended.";
    if (account === undefined) stackSet.instances.delete(result.accountId);
    return;
  }
  try {
    const { accountId, region } = result;
    const fault = aws.faults.take({ service: "cloudformation", action: STACK_INSTANCE, accountId, input: {} });
    if (fault !== undefined) throw new AwsError(fault.code, fault.message ?? `${fault.code} (injected)`);
    if (operation.action === "DELETE") {
      await deleteStack(room, instance);
      stackSet.instances.delete(accountId);
    } else {
      const resources = interpret(stackSet.template, { accountId, region });
      for (const resource of resources.values()) tag(resource.properties, stackSet.tags);
      await deployStack(room, instance, resources);
      Object.assign(instance, { status: "CURRENT", detailedStatus: "SUCCEEDED", version: stackSet.version });
      delete instance.reason;
    }
    result.status = "SUCCEEDED";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    Object.assign(result, { status: "FAILED", reason });
    Object.assign(instance, { status: "OUTDATED", detailedStatus: "FAILED", reason });
    if (!(error instanceof AwsError)) throw error;
  }
}

function instanceFor(stackSet: StackSet, { id }: StackSetOperation, result: OperationResult): StackInstance {
  const { accountId, region, unitId } = result;
  const instance: StackInstance = stackSet.instances.get(accountId) ?? {
    accountId,
    region,
    unitId,
    status: "OUTDATED",
    detailedStatus: "PENDING",
    driftStatus: "NOT_CHECKED",
    version: 0,
    resources: new Map(),
  };
  Object.assign(instance, { unitId, lastOperationId: id });
  stackSet.instances.set(accountId, instance);
  return instance;
}

/** Adds the stack's tags to its resources (CloudFormation User Guide, "Resource tags"). */
function tag(properties: Record<string, unknown>, tags: Map<string, string>): void {
  if (tags.size === 0) return;
  properties["Tags"] = [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/**
 * Lets the stack sets follow an account that was moved, made or removed: they deploy to it where it is a target now, and delete where it is
 * not.
 */
export function followAccount(room: Room, accountId: string): void {
  for (const stackSet of room.aws.stackSets.byName.values()) {
    if (!stackSet.autoDeployment.enabled) continue;
    const [target] = accountsOf(room.aws, stackSet.units).filter((one) => one.accountId === accountId);
    const instance = stackSet.instances.get(accountId);
    if (target !== undefined && instance === undefined) automatically(room, stackSet, "CREATE", target);
    if (target === undefined && instance !== undefined) {
      if (stackSet.autoDeployment.retain) stackSet.instances.delete(accountId);
      else automatically(room, stackSet, "DELETE", instance);
    }
  }
}

/** Automatic deployments wait for requested operations. */
function automatically(room: Room, stackSet: StackSet, action: "CREATE" | "DELETE", target: Target): void {
  begin(room, stackSet, action, [target], { waits: true });
}
