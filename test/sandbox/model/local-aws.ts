import { Clock } from "../clock.ts";
import { Faults } from "../faults.ts";
import { Rates } from "../rates.ts";
import { AWS_MANAGED_POLICIES } from "./aws-managed-policies.ts";
import { CredentialStore } from "./credential-store.ts";
import type { ManagedPolicy } from "./entities.ts";
import { Organization, type PolicyType } from "./organization.ts";
import { ResourceRequests } from "./resource-requests.ts";
import { MANAGEMENT_ACCOUNT } from "./seed.ts";
import { StackSets } from "./stack-sets.ts";
import { Trail } from "./trail.ts";

/** The whole state of the sandbox. */
export class LocalAws {
  readonly clock = new Clock();
  readonly credentials = new CredentialStore();
  readonly resourceRequests = new ResourceRequests();
  readonly stackSets = new StackSets();
  /** The failures that tests have injected. */
  readonly faults = new Faults();
  readonly rates = new Rates();
  readonly trail = new Trail();
  readonly organization: Organization;
  readonly consistencySeconds: number;
  readonly deviceConsistencySeconds: number;
  readonly verificationsPerDevice: number;

  constructor(options: {
    consistencySeconds: number;
    deviceConsistencySeconds?: number;
    verificationsPerDevice?: number;
    policyTypes: PolicyType[];
  }) {
    this.organization = new Organization(MANAGEMENT_ACCOUNT, options.policyTypes);
    this.consistencySeconds = options.consistencySeconds;
    this.deviceConsistencySeconds = options.deviceConsistencySeconds ?? 0;
    this.verificationsPerDevice = options.verificationsPerDevice ?? Infinity;
  }

  /** A managed policy that an account can use: AWS's own, or one of the account's. */
  managedPolicy(accountId: string, arn: string): ManagedPolicy | undefined {
    return (
      AWS_MANAGED_POLICIES.get(arn) ??
      this.organization.account(accountId).policies.find((policy) => policy.arn === arn)
    );
  }
}
