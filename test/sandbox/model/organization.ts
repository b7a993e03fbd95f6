import { Account } from "./account.ts";

export interface OrganizationalUnit {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  readonly arn: string;
}

export interface OrganizationsPolicy {
  readonly id: string;
  readonly arn: string;
  name: string;
  description: string;
  /** JSON text. */
  content: string;
  readonly type: "SERVICE_CONTROL_POLICY";
  readonly awsManaged: boolean;
  /** Ids of the root, OUs and accounts it is attached to. */
  readonly targets: Set<string>;
  readonly tags: Map<string, string>;
}

export const FULL_ACCESS_POLICY = "p-FullAWSAccess";

const ROOT_ID = "r-abcd";

/** The organization: its tree of OUs and accounts, and its service control policies. */
export class Organization {
  readonly id = "o-exampleorg";
  readonly rootId: string = ROOT_ID;
  readonly managementAccountId: string;
  readonly accounts = new Map<string, Account>();
  readonly units = new Map<string, OrganizationalUnit>();
  readonly policies = new Map<string, OrganizationsPolicy>();
  serviceControlPoliciesEnabled: boolean;
  /** A change made through Cloud Control is under way: any other is refused meanwhile. */
  changeInProgress = false;
  /** OU or account to what holds it. */
  readonly parents = new Map<string, string>();

  constructor(managementAccountId: string, serviceControlPoliciesEnabled: boolean) {
    this.managementAccountId = managementAccountId;
    this.serviceControlPoliciesEnabled = serviceControlPoliciesEnabled;
    this.policies.set(FULL_ACCESS_POLICY, {
      id: FULL_ACCESS_POLICY,
      arn: `arn:aws:organizations::aws:policy/service_control_policy/${FULL_ACCESS_POLICY}`,
      name: "FullAWSAccess",
      description: "Allows access to every operation",
      content: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      type: "SERVICE_CONTROL_POLICY",
      awsManaged: true,
      targets: new Set([ROOT_ID]),
      tags: new Map(),
    });
  }

  /** An Organizations ARN, e.g. of kind `ou` with an OU's id. */
  arn(kind: string, id: string): string {
    return `arn:aws:organizations::${this.managementAccountId}:${kind}/${this.id}/${id}`;
  }

  /** The ARN of a root, OU or account. */
  targetArn(id: string): string {
    if (id.startsWith("r-")) return this.arn("root", id);
    return id.startsWith("ou-") ? this.arn("ou", id) : this.arn("account", id);
  }

  addUnit(id: string, name: string, parentId = this.rootId): OrganizationalUnit {
    const unit = { id, name, parentId, arn: this.arn("ou", id) };
    this.units.set(id, unit);
    this.#place(id, parentId);
    return unit;
  }

  addAccount(id: string, name: string, parentId: string): Account {
    const account = new Account(id, name);
    this.accounts.set(id, account);
    this.#place(id, parentId);
    return account;
  }

  moveAccount(id: string, parentId: string): void {
    this.parents.set(id, parentId);
  }

  /** What has left is outside of this local AWS: nobody here can get into it. */
  removeAccount(id: string): void {
    this.accounts.delete(id);
    this.parents.delete(id);
    for (const { targets } of this.policies.values()) targets.delete(id);
  }

  account(id: string): Account {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id} in the organization`);
    return account;
  }

  /** The id of the OU or root that holds this OU or account. */
  parentOf(id: string): string | undefined {
    return this.parents.get(id);
  }

  childrenOf(parentId: string): string[] {
    return [...this.parents].filter(([, parent]) => parent === parentId).map(([child]) => child);
  }

  /** From the root down to the target itself: the levels at which a service control policy counts. */
  levelsOf(targetId: string): string[] {
    const parent = this.parents.get(targetId);
    return parent === undefined ? [targetId] : [...this.levelsOf(parent), targetId];
  }

  isTarget(id: string): boolean {
    return id === this.rootId || this.units.has(id) || this.accounts.has(id);
  }

  policiesOf(targetId: string): OrganizationsPolicy[] {
    return [...this.policies.values()].filter((policy) => policy.targets.has(targetId));
  }

  /** Every new OU and account gets FullAWSAccess, as AWS does while service control policies are on. */
  #place(id: string, parentId: string): void {
    this.parents.set(id, parentId);
    this.policies.get(FULL_ACCESS_POLICY)?.targets.add(id);
  }
}
