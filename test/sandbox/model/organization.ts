import { Account } from "./account.ts";

export interface OrganizationalUnit {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  readonly arn: string;
}

export type PolicyType = "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";

export interface OrganizationsPolicy {
  readonly id: string;
  readonly arn: string;
  name: string;
  description: string;
  /** JSON text. */
  content: string;
  readonly type: PolicyType;
  readonly awsManaged: boolean;
  /** Ids of the root, OUs and accounts it is attached to. */
  readonly targets: Set<string>;
  readonly tags: Map<string, string>;
}

/** AWS's own policy of each type, which is attached everywhere while the type is enabled. */
export const FULL_ACCESS_POLICIES: Record<PolicyType, string> = {
  SERVICE_CONTROL_POLICY: "p-FullAWSAccess",
  RESOURCE_CONTROL_POLICY: "p-RCPFullAWSAccess",
};

export const POLICY_TYPES = Object.keys(FULL_ACCESS_POLICIES) as PolicyType[];

const ROOT_ID = "r-abcd";

/** The organization: its tree of OUs and accounts, and its policies. */
export class Organization {
  readonly id = "o-exampleorg";
  readonly rootId: string = ROOT_ID;
  readonly managementAccountId: string;
  readonly accounts = new Map<string, Account>();
  /** AWS accounts that do not belong to this organization. */
  readonly outsiders = new Map<string, Account>();
  readonly units = new Map<string, OrganizationalUnit>();
  readonly policies = new Map<string, OrganizationsPolicy>();
  readonly enabledPolicyTypes = new Set<PolicyType>();
  /** The resource policy that lets member accounts manage the organization's policies, as JSON text. */
  delegation: string | undefined;
  /** Whether a change through Cloud Control is in progress: any other change is refused meanwhile. */
  changeInProgress = false;
  /** Called for every account that is made, moved or removed. */
  onPlaced: (accountId: string) => void = () => undefined;
  /** The parent of each OU and account. */
  readonly parents = new Map<string, string>();

  constructor(managementAccountId: string, enabled: Iterable<PolicyType>) {
    this.managementAccountId = managementAccountId;
    this.#ofAws("SERVICE_CONTROL_POLICY");
    for (const type of enabled) this.enable(type);
  }

  /** Enables a type of policies: AWS's own is attached to the root, every OU and every account. */
  enable(type: PolicyType): void {
    this.enabledPolicyTypes.add(type);
    const { targets } = this.#ofAws(type);
    for (const id of [this.rootId, ...this.parents.keys()]) targets.add(id);
  }

  /** Disables a type of policies: its policies stay, attached to nothing. */
  disable(type: PolicyType): void {
    this.enabledPolicyTypes.delete(type);
    for (const policy of this.policies.values()) if (policy.type === type) policy.targets.clear();
  }

  /** Whether service control policies are in force. Setting it to false detaches nothing, unlike {@link disable}. */
  get serviceControlPoliciesEnabled(): boolean {
    return this.enabledPolicyTypes.has("SERVICE_CONTROL_POLICY");
  }

  set serviceControlPoliciesEnabled(enabled: boolean) {
    if (enabled) this.enable("SERVICE_CONTROL_POLICY");
    else this.enabledPolicyTypes.delete("SERVICE_CONTROL_POLICY");
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
    this.onPlaced(id);
    return account;
  }

  moveAccount(id: string, parentId: string): void {
    this.parents.set(id, parentId);
    this.onPlaced(id);
  }

  /** Makes an account that does not belong to this organization. */
  addOutsider(id: string, name: string): Account {
    const account = new Account(id, name);
    this.outsiders.set(id, account);
    return account;
  }

  /** Removes an account from the organization. It goes on outside, with its users, its roles and their trust policies. */
  leave(id: string): void {
    this.outsiders.set(id, this.account(id));
    this.removeAccount(id);
  }

  /** Removes an account from this local AWS, as if a new owner had closed every way into it. */
  removeAccount(id: string): void {
    this.accounts.delete(id);
    this.parents.delete(id);
    for (const { targets } of this.policies.values()) targets.delete(id);
    this.onPlaced(id);
  }

  account(id: string): Account {
    const account = this.anyAccount(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  }

  /** An account of this organization, or one outside of it. */
  anyAccount(id: string): Account | undefined {
    return this.accounts.get(id) ?? this.outsiders.get(id);
  }

  /** The id of the OU or root that holds this OU or account. */
  parentOf(id: string): string | undefined {
    return this.parents.get(id);
  }

  childrenOf(parentId: string): string[] {
    return [...this.parents].filter(([, parent]) => parent === parentId).map(([child]) => child);
  }

  /** The levels at which a policy counts, from the root down to the target itself. */
  levelsOf(targetId: string): string[] {
    const parent = this.parents.get(targetId);
    return parent === undefined ? [targetId] : [...this.levelsOf(parent), targetId];
  }

  isTarget(id: string): boolean {
    return id === this.rootId || this.units.has(id) || this.accounts.has(id);
  }

  policiesOf(targetId: string, type: PolicyType): OrganizationsPolicy[] {
    return [...this.policies.values()].filter((policy) => policy.type === type && policy.targets.has(targetId));
  }

  /** Places a new OU or account, and attaches AWS's own policy of each enabled type. */
  #place(id: string, parentId: string): void {
    this.parents.set(id, parentId);
    for (const type of this.enabledPolicyTypes) this.#ofAws(type).targets.add(id);
  }

  /** AWS's own policy of a type, which exists once the type was enabled. */
  #ofAws(type: PolicyType): OrganizationsPolicy {
    const policy = this.policies.get(FULL_ACCESS_POLICIES[type]) ?? fullAccessPolicy(type);
    this.policies.set(policy.id, policy);
    return policy;
  }
}

function fullAccessPolicy(type: PolicyType): OrganizationsPolicy {
  const ofResources = type === "RESOURCE_CONTROL_POLICY";
  const id = FULL_ACCESS_POLICIES[type];
  return {
    id,
    arn: `arn:aws:organizations::aws:policy/${type.toLowerCase()}/${id}`,
    name: id.slice("p-".length),
    description: ofResources ? "Allows access to every resource" : "Allows access to every operation",
    content: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", ...(ofResources ? { Principal: "*" } : {}), Action: "*", Resource: "*" }],
    }),
    type,
    awsManaged: true,
    targets: new Set(),
    tags: new Map(),
  };
}
