import { CloudControlClient, GetResourceRequestStatusCommand, type ProgressEvent } from "@aws-sdk/client-cloudcontrol";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { EC2Client } from "@aws-sdk/client-ec2";
import { CreateVirtualMFADeviceCommand, EnableMFADeviceCommand, IAMClient } from "@aws-sdk/client-iam";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient, type Credentials as StsCredentials } from "@aws-sdk/client-sts";
import { setTimeout } from "node:timers/promises";
import { tokenCode, type Credentials, type Sandbox } from "./index.ts";
import { STEP_SECONDS } from "./totp.ts";

export interface Clients {
  iam: IAMClient;
  sts: STSClient;
  organizations: OrganizationsClient;
  cloudControl: CloudControlClient;
  ec2: EC2Client;
  cloudFormation: CloudFormationClient;
}

/** SDK clients that use the sandbox, without retries. */
export function clients(sandbox: Sandbox, credentials: Credentials = sandbox.administrator): Clients {
  // A test whose call is never answered says which one.
  const requestHandler = { requestTimeout: 60_000, throwOnRequestTimeout: true };
  const configuration = {
    endpoint: sandbox.endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    requestHandler,
  };
  return {
    iam: new IAMClient(configuration),
    sts: new STSClient(configuration),
    organizations: new OrganizationsClient(configuration),
    cloudControl: new CloudControlClient(configuration),
    ec2: new EC2Client(configuration),
    cloudFormation: new CloudFormationClient(configuration),
  };
}

/** The administrator's clients in a member account. */
export async function administratorOf(sandbox: Sandbox, accountId: string): Promise<Clients> {
  const { Credentials } = await clients(sandbox).sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      RoleSessionName: "test",
    }),
  );
  return clients(sandbox, given(Credentials));
}

/** STS's credentials in the form that clients take. */
export function given(credentials: StsCredentials | undefined): Required<Credentials> {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** The error of a request that is expected to be refused. */
export async function refusal(request: Promise<unknown>): Promise<Error> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the request was expected to be refused");
}

/** Waits until a Cloud Control request has ended. */
export async function ended(
  cloudControl: CloudControlClient,
  accepted: { ProgressEvent?: ProgressEvent | undefined },
): Promise<ProgressEvent> {
  let event = accepted.ProgressEvent ?? {};
  while (event.OperationStatus === "IN_PROGRESS") {
    await setTimeout(5);
    const status = await cloudControl.send(new GetResourceRequestStatusCommand({ RequestToken: event.RequestToken }));
    event = status.ProgressEvent ?? {};
  }
  return event;
}

/** A virtual MFA device, enabled for its user. The two codes given are used up. */
export async function enableDevice(
  sandbox: Sandbox,
  iam: IAMClient,
  userName: string,
  deviceName = userName,
): Promise<{ serialNumber: string; seed: string }> {
  const { VirtualMFADevice: device } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: deviceName }),
  );
  const seed = Buffer.from(device?.Base32StringSeed ?? []).toString();
  const serialNumber = device?.SerialNumber ?? "";
  const now = sandbox.clock.now();
  await iam.send(
    new EnableMFADeviceCommand({
      UserName: userName,
      SerialNumber: serialNumber,
      AuthenticationCode1: tokenCode(seed, now),
      AuthenticationCode2: tokenCode(seed, new Date(now.getTime() + 30_000)),
    }),
  );
  return { serialNumber, seed };
}

/** The next code that has not been used, after waiting on the sandbox's clock until its time has just begun. */
export function nextCode(sandbox: Sandbox, seed: string): string {
  const secondsIntoStep = (sandbox.clock.now().getTime() / 1000) % STEP_SECONDS;
  sandbox.clock.advance(3 * STEP_SECONDS - secondsIntoStep);
  return tokenCode(seed, sandbox.clock.now());
}

/** A policy document with one or more statements. */
export const policy = (...statements: Record<string, unknown>[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const allow = (action: string | string[], resource = "*", more: Record<string, unknown> = {}) => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
  ...more,
});

/** A trust policy for one or more principals. */
export const trust = (principal: string | string[], condition?: Record<string, unknown>): string =>
  policy({
    Effect: "Allow",
    Principal: { AWS: principal },
    Action: "sts:AssumeRole",
    ...(condition === undefined ? {} : { Condition: condition }),
  });

export const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

/** The service control policy that the product puts on the development OU. */
export const DENY_WITHOUT_MFA = policy({
  Sid: "DenyWithoutMFAExcludeAssumedRole",
  Effect: "Deny",
  Action: "*",
  Resource: "*",
  Condition: {
    StringNotEquals: { "aws:PrincipalType": "AssumedRole" },
    BoolIfExists: { "aws:MultiFactorAuthPresent": "false" },
  },
});
