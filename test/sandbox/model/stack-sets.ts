import { randomUUID } from "node:crypto";

/** A resource of a template that CloudFormation has made in an account. */
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
  /** The organizational unit through which the account is a target. */
  unitId: string;
  status: "CURRENT" | "OUTDATED" | "INOPERABLE";
  detailedStatus: DetailedStatus;
  reason?: string;
  driftStatus: "NOT_CHECKED" | "IN_SYNC" | "DRIFTED";
  lastOperationId?: string;
  /** The version of the stack set's template that was deployed to the stack. */
  version: number;
  /** The stack's resources by logical name. */
  readonly resources: Map<string, StackResource>;
}

export type DetailedStatus =
  "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED" | "INOPERABLE" | "SKIPPED_SUSPENDED_ACCOUNT";

/** The result of an operation in one account (CloudFormation API Reference, "StackSetOperationResultSummary"). */
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
  /** The number of changes of the template and of the stacks' tags. */
  version: number;
  capabilities: string[];
  autoDeployment: { enabled: boolean; retain: boolean };
  /** Whether colliding operations are queued. */
  managedExecution: boolean;
  preferences: OperationPreferences;
  /** The organizational units that are deployment targets. */
  readonly units: Set<string>;
  regions: string[];
  tags: Map<string, string>;
  /** The instances by account id. */
  readonly instances: Map<string, StackInstance>;
  readonly operations: StackSetOperation[];
}

/** CloudFormation's stack sets in the management account, and its trusted access to the other accounts. */
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

  /** The stack set of a name or an id. */
  find(nameOrId: string): StackSet | undefined {
    return this.byName.get(nameOrId.replace(/:.*$/, ""));
  }
}
