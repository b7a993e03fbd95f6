import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { registerSecurityKey, signIn, type SignIn } from "./console.ts";
import type { Fault } from "./faults.ts";
import type { Rate } from "./rates.ts";
import { Latency } from "./latency.ts";
import { LocalAws } from "./model/local-aws.ts";
import type { Organization } from "./model/organization.ts";
import { restore, save } from "./model/saved.ts";
import type { StackSets } from "./model/stack-sets.ts";
import {
  AUTH_ACCOUNT,
  DEVELOPMENT_ACCOUNTS,
  DEVELOPMENT_UNIT,
  MANAGEMENT_ACCOUNT,
  addMemberAccount,
  administratorKey,
  populate,
  seedAdministrator,
  seedOutsider,
  seedUser,
} from "./model/seed.ts";
import { listen, type RecordedRequest } from "./server.ts";
import { followAccount } from "./services/cloudformation/operation.ts";

export type { SignIn } from "./console.ts";
export type { Fault } from "./faults.ts";
export type { Rate } from "./rates.ts";
export type { Account } from "./model/account.ts";
export type { AccessKey, Group, LoginProfile, ManagedPolicy, MfaDevice, Role, User } from "./model/entities.ts";
export type { Organization, OrganizationsPolicy } from "./model/organization.ts";
export type { RecordedRequest } from "./server.ts";
export { tokenCode } from "./totp.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface SandboxOptions {
  /** The port on 127.0.0.1; by default any free one. */
  port?: number;
  /** The administrator's access key; a new one by default. */
  administrator?: { accessKeyId: string; secretAccessKey: string };
  /** The duration of every answer and of every Cloud Control handler. Default 0. */
  latencyMilliseconds?: number;
  /** Seconds during which a new user or role is not yet a valid principal of a trust policy. Default 0. */
  consistencySeconds?: number;
  /** Seconds during which STS does not know a device that IAM has enabled; 8 to 14 at AWS. Default 0. */
  deviceConsistencySeconds?: number;
  /**
   * The number of a device's codes that are verified in three minutes; nine at AWS. Default: any number, since a test logs in more often
   * than a person with a phone.
   */
  verificationsPerDevice?: number;
  /** Whether service control policies are enabled in the organization. Default true. */
  serviceControlPolicies?: boolean;
  /** Whether resource control policies are enabled in the organization. Default false. */
  resourceControlPolicies?: boolean;
  /** Whether StackSets has trusted access to the organization. Default false. */
  stackSetsAccess?: boolean;
  /** The ids of the development accounts, by name. */
  developmentAccounts?: Record<string, string>;
}

/** A running local AWS: one organization behind one HTTP endpoint. */
export interface Sandbox {
  readonly endpoint: string;
  /** The model behind the endpoint, for assertions. */
  readonly organization: Organization;
  /** CloudFormation's stack sets in the management account. */
  readonly stackSets: StackSets;
  readonly managementAccount: string;
  readonly authAccount: string;
  readonly developmentAccounts: Record<string, string>;
  /** The OU that holds the development accounts. */
  readonly organizationalUnit: string;
  /** Keys of the IAM user "administrator" of the management account. */
  readonly administrator: Credentials;
  /** The environment in which an SDK, the CLI or the engine talks to this sandbox and to nothing else. */
  environment(credentials?: Credentials): Record<string, string>;
  /** Makes an account with its access role, by default in the OU of the development accounts. */
  addAccount(accountId: string, name: string, unit?: string): void;
  /** Makes an AWS account outside of the organization. Returns the keys of an administrator there. */
  addOutsider(accountId: string, name: string): Credentials;
  /** Makes an IAM user with an access key in an account, as in organizations that start to use MFA. */
  userInMemberAccount(accountId: string, userName: string, managedPolicyArns: string[]): Credentials;
  /** Keys of the root user of an account. */
  rootUser(accountId: string): Credentials;
  /**
   * Signs a user of the auth account in to the console. Returns the console's session.
   * @throws Error in the words of the sign-in page, or of ChangePassword.
   */
  signIn(typed: SignIn): Promise<Required<Credentials>>;
  /** Registers a passkey or security key for a user of the auth account. Returns its serial number. */
  registerSecurityKey(userName: string, label: string): string;
  /** Every request answered so far, in order. */
  readonly requests: RecordedRequest[];
  /** Makes the next matching requests fail. */
  injectFault(fault: Fault): void;
  /** Removes the faults of {@link injectFault}. */
  clearFaults(): void;
  /** Sets rate limits: requests beyond them are refused with ThrottlingException. */
  setRates(rates: Rate[]): void;
  /** Sets the latency of one action, or of all. The action "ResourceHandler" is the work behind a Cloud Control request. */
  setLatency(milliseconds: number, action?: string): void;
  /** The content of the local AWS, for {@link restore}: the organization, IAM and the credentials. */
  save(): Buffer;
  /** Restores what was saved, here or in another sandbox, whose administrator then has the saved keys. */
  restore(saved: Buffer): void;
  /** AWS's own time: token codes, expiry, aws:TokenIssueTime, the Date of every answer. */
  readonly clock: Pick<Clock, "now" | "advance" | "setAhead">;
  close(): Promise<void>;
}

/** Starts a local AWS on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const developmentAccounts = options.developmentAccounts ?? DEVELOPMENT_ACCOUNTS;
  const aws = new LocalAws({
    consistencySeconds: options.consistencySeconds ?? 0,
    deviceConsistencySeconds: options.deviceConsistencySeconds ?? 0,
    verificationsPerDevice: options.verificationsPerDevice ?? Infinity,
    policyTypes: [
      ...(options.serviceControlPolicies === false ? [] : (["SERVICE_CONTROL_POLICY"] as const)),
      ...(options.resourceControlPolicies === true ? (["RESOURCE_CONTROL_POLICY"] as const) : []),
    ],
  });
  aws.stackSets.trustedAccess = options.stackSetsAccess ?? false;
  populate(aws, developmentAccounts);
  let administrator = seedAdministrator(aws, options.administrator);
  const authAccount = aws.organization.account(AUTH_ACCOUNT);
  const { faults } = aws;
  const latency = new Latency(options.latencyMilliseconds ?? 0);
  aws.organization.onPlaced = (accountId) => {
    followAccount({ aws, latency }, accountId);
  };
  const server = await listen({ aws, latency, port: options.port ?? 0 });
  // These files do not exist, so that nothing of the developer's own configuration is read.
  const missing = join(tmpdir(), "mfa-admin-sandbox", "does-not-exist");

  return {
    endpoint: server.endpoint,
    organization: aws.organization,
    stackSets: aws.stackSets,
    managementAccount: MANAGEMENT_ACCOUNT,
    authAccount: AUTH_ACCOUNT,
    developmentAccounts,
    organizationalUnit: DEVELOPMENT_UNIT,
    get administrator() {
      return administrator;
    },
    environment(credentials = administrator) {
      return {
        AWS_ENDPOINT_URL: server.endpoint,
        // The sandbox is reached directly, never through a proxy.
        NO_PROXY: "127.0.0.1",
        no_proxy: "127.0.0.1",
        AWS_REGION: "us-east-1",
        // Version 1 of the AWS CLI knows only this variable.
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_CONFIG_FILE: join(missing, "config"),
        AWS_SHARED_CREDENTIALS_FILE: join(missing, "credentials"),
      };
    },
    addAccount: (accountId, name, unit = DEVELOPMENT_UNIT) => {
      addMemberAccount(aws, accountId, name, unit);
    },
    addOutsider: (accountId, name) => seedOutsider(aws, accountId, name),
    userInMemberAccount: (accountId, userName, managedPolicyArns) =>
      seedUser(aws, accountId, userName, managedPolicyArns),
    rootUser: (accountId) => aws.credentials.createRootKey(accountId, aws.clock.now()),
    async signIn(typed) {
      const { accessKeyId, secretAccessKey, sessionToken } = await signIn(aws, authAccount, typed);
      return { accessKeyId, secretAccessKey, sessionToken };
    },
    registerSecurityKey: (userName, label) => registerSecurityKey(aws, authAccount, userName, label),
    requests: server.requests,
    injectFault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    setRates: (rates) => {
      aws.rates.set(rates);
    },
    setLatency: (milliseconds, action) => {
      latency.set(milliseconds, action);
    },
    save: () => save(aws),
    restore: (saved) => {
      restore(aws, saved);
      administrator = administratorKey(aws) ?? administrator;
    },
    clock: aws.clock,
    close: () => server.close(),
  };
}
