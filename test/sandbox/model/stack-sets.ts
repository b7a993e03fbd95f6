import { randomUUID } from "node:crypto";

/** What CloudFormation has made in an account for one resource of a template. */
export interface StackResource {
  /** AWS::IAM::Role and the like. */
  readonly type: string;
  /** Its primary identifier: a role's name, a policy's ARN. */
  identifier: string;
  /** The properties that the template gave it. */
  properties: Record<string, unknown>;
}

/** The stack of a stack set in one account (CloudFormation API Reference, "StackInstance"). */
export interface StackInstance {
  readonly accountId: string;
  readonly region: string;
  /** The organizational unit by which the account is a target. */
  unitId: string;
  status: "CURRENT" | "OUTDATED" | "INOPERABLE";
  detailedStatus: DetailedStatus;
  reason?: string;
  driftStatus: "NOT_CHECKED" | "IN_SYNC" | "DRIFTED";
  lastOperationId?: string;
  /** The version of the stack set's template that the stack has. */
  version: number;
  /** By logical name. */
  readonly resources: Map<string, StackResource>;
}

export type DetailedStatus =
  "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED" | "INOPERABLE" | "SKIPPED_SUSPENDED_ACCOUNT";

/** What became of one account in an operation (CloudFormation API Reference, "StackSetOperationResultSummary"). */
export interface OperationResult {
  readonly accountId: string;
  readonly region: string;
  readonly unitId: string;
  status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  reason?: string;
}

export interface StackSetOperation {
  readonly id: string;
  readonly action: "CREATE" | "UPDATE" | "DELETE";
  status: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED";
  readonly created: Date;
  ended?: Date;
  readonly results: OperationResult[];
}

export interface OperationPreferences {
  failureTolerancePercentage: number;
  maxConcurrentPercentage: number;
}

/** A service-managed stack set. */
export interface StackSet {
  readonly name: string;
  /** NAME:UUID */
  readonly id: string;
  readonly arn: string;
  description: string;
  /** JSON text. */
  template: string;
  /** Counts the changes of the template and of what its stacks are tagged with. */
  version: number;
  capabilities: string[];
  autoDeployment: { enabled: boolean; retain: boolean };
  /** Whether operations that would collide wait for each other. */
  managedExecution: boolean;
  preferences: OperationPreferences;
  /** The units that it was told to deploy to. */
  readonly units: Set<string>;
  regions: string[];
  tags: Map<string, string>;
  /** By account id. */
  readonly instances: Map<string, StackInstance>;
  readonly operations: StackSetOperation[];
}

/** CloudFormation's stack sets in the management account, and whether it may work in the others. */
export class StackSets {
  /** Trusted access with AWS Organizations; off until somebody activates it. */
  trustedAccess = false;
  readonly byName = new Map<string, StackSet>();
  /** The last operation of each stack set: a managed one waits for it. */
  readonly busy = new Map<string, Promise<void>>();

  add(accountId: string, name: string, of: Pick<StackSet, "description" | "template" | "capabilities">): StackSet {
    const id = `${name}:${randomUUID()}`;
    const stackSet: StackSet = {
      ...of,
      name,
      id,
      arn: `arn:aws:cloudformation:us-east-1:${accountId}:stackset/${id}`,
      version: 1,
      autoDeployment: { enabled: false, retain: false },
      managedExecution: false,
      preferences: { failureTolerancePercentage: 0, maxConcurrentPercentage: 0 },
      units: new Set(),
      regions: [],
      tags: new Map(),
      instances: new Map(),
      operations: [],
    };
    this.byName.set(name, stackSet);
    return stackSet;
  }

  /** By its name or its id. */
  find(nameOrId: string): StackSet | undefined {
    return this.byName.get(nameOrId.replace(/:.*$/, ""));
  }
}
