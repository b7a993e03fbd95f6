import {
  CloudFormationClient,
  DescribeOrganizationsAccessCommand,
  DescribeStackSetCommand,
  paginateListStackInstances,
  paginateListStackSetOperationResults,
  ListStackSetOperationsCommand,
  StackSetNotFoundException,
  type StackInstanceSummary,
  UpdateStackInstancesCommand,
} from "@aws-sdk/client-cloudformation";

import { callerConfiguration } from "../../infra/caller.ts";
import { stackSetName } from "../../infra/names.ts";
import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { region } from "../../infra/region.ts";

/** The StackSet that makes the shared role, and its progress, from CloudFormation. */

/** The shared role in one account. */
export interface RoleInAccount {
  accountId: string;
  /**
   * The state of the account's StackSet instance. "current": as the settings say; "pending": still to be made or changed; "failed";
   * "suspended": nothing can be done in the account (CloudFormation User Guide, "Stack instance status codes").
   */
  state: "current" | "pending" | "failed" | "suspended";
  /** AWS's reason for a failed instance. */
  reason?: string;
  /** Whether the last drift detection found the role changed outside of the StackSet. */
  drifted: boolean;
  /** The organizational unit by which the StackSet targets the account. */
  organizationalUnit: string;
}

function cloudFormation(): CloudFormationClient {
  return knowingClockErrors(new CloudFormationClient(callerConfiguration()));
}

/** Whether CloudFormation may work in the organization's accounts (API Reference, "DescribeOrganizationsAccess"). */
export async function isStackSetsAccessOn(): Promise<boolean> {
  const { Status } = await cloudFormation().send(new DescribeOrganizationsAccessCommand({}));
  return Status === "ENABLED";
}

/** The id of the StackSet; undefined where there is none. */
export async function stackSetId(): Promise<string | undefined> {
  try {
    const { StackSet } = await cloudFormation().send(new DescribeStackSetCommand({ StackSetName: stackSetName }));
    return StackSet?.StackSetId;
  } catch (error) {
    if (error instanceof StackSetNotFoundException) return undefined;
    throw error;
  }
}

/** The shared role in every account of the units, sorted by account id; undefined where there is no StackSet. */
export async function rolesInAccounts(): Promise<RoleInAccount[] | undefined> {
  const found: StackInstanceSummary[] = [];
  try {
    const request = { StackSetName: stackSetName };
    for await (const { Summaries } of paginateListStackInstances({ client: cloudFormation() }, request)) {
      found.push(...(Summaries ?? []));
    }
  } catch (error) {
    if (error instanceof StackSetNotFoundException) return undefined;
    throw error;
  }
  const accountIdOf = ({ accountId }: RoleInAccount): number => Number(accountId);
  return found.map(roleIn).sort((one, other) => accountIdOf(one) - accountIdOf(other));
}

function roleIn(instance: StackInstanceSummary): RoleInAccount {
  const {
    Account: accountId = "",
    OrganizationalUnitId: organizationalUnit = "",
    StatusReason,
    DriftStatus,
  } = instance;
  const state = stateOf(instance);
  return {
    accountId,
    state,
    ...(state === "failed" && StatusReason !== undefined && { reason: StatusReason }),
    drifted: DriftStatus === "DRIFTED",
    organizationalUnit,
  };
}

function stateOf({ Status, StackInstanceStatus }: StackInstanceSummary): RoleInAccount["state"] {
  const { DetailedStatus: detailed = "" } = StackInstanceStatus ?? {};
  if (detailed === "SKIPPED_SUSPENDED_ACCOUNT") return "suspended";
  if (["FAILED", "CANCELLED", "INOPERABLE", "FAILED_IMPORT"].includes(detailed) || Status === "INOPERABLE") {
    return "failed";
  }
  return Status === "CURRENT" && !["PENDING", "RUNNING"].includes(detailed) ? "current" : "pending";
}

/** The progress of the running StackSet operation, as numbers of accounts; undefined where none is running. */
export async function operationUnderWay(): Promise<{ done: number; failed: number; total: number } | undefined> {
  const client = cloudFormation();
  const { Summaries = [] } = await client.send(
    new ListStackSetOperationsCommand({ StackSetName: stackSetName, MaxResults: 10 }),
  );
  const running = Summaries.find(({ Status }) => Status === "RUNNING");
  if (running === undefined) return undefined;
  const statuses: string[] = [];
  const request = { StackSetName: stackSetName, OperationId: running.OperationId };
  for await (const page of paginateListStackSetOperationResults({ client }, request)) {
    statuses.push(...(page.Summaries ?? []).map(({ Status = "PENDING" }) => Status));
  }
  const count = (...wanted: string[]): number => statuses.filter((status) => wanted.includes(status)).length;
  return { done: count("SUCCEEDED", "FAILED", "CANCELLED"), failed: count("FAILED"), total: statuses.length };
}

/** Has the StackSet retry some accounts of these units. It does not wait: AWS goes on with the operation by itself. */
export async function tryAgain(accountIds: string[], organizationalUnits: string[]): Promise<void> {
  await cloudFormation().send(
    new UpdateStackInstancesCommand({
      StackSetName: stackSetName,
      DeploymentTargets: {
        OrganizationalUnitIds: organizationalUnits,
        Accounts: accountIds,
        AccountFilterType: "INTERSECTION",
      },
      Regions: [region],
      OperationPreferences: { FailureTolerancePercentage: 100, MaxConcurrentPercentage: 100 },
    }),
  );
}
