import { EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateAccessKeyCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

import { region } from "../../infra/region.ts";
import { type Credentials, type Sandbox, tokenCode } from "../sandbox/index.ts";

/** AWS as one person sees it: clients that sign with this person's own credentials. */
export class Person {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly ec2: EC2Client;

  constructor(sandbox: Sandbox, { accessKeyId, secretAccessKey, sessionToken }: Credentials) {
    const configuration = {
      region,
      endpoint: sandbox.endpoint,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    };
    this.iam = new IAMClient(configuration);
    this.sts = new STSClient(configuration);
    this.ec2 = new EC2Client(configuration);
  }
}

/** A developer with an access key, and with a virtual MFA device once `createDevice` has made it. */
export class DeveloperInTour extends Person {
  readonly name: string;
  private readonly sandbox: Sandbox;
  private seed = "";

  constructor(sandbox: Sandbox, name: string, credentials: Credentials) {
    super(sandbox, credentials);
    this.sandbox = sandbox;
    this.name = name;
  }

  /** The same developer with other credentials, such as those of a session. */
  signedBy(credentials: Credentials): Person {
    return new Person(this.sandbox, credentials);
  }

  get serialNumber(): string {
    return `arn:aws:iam::${this.sandbox.authAccount}:mfa/${this.name}`;
  }

  /** The code that the device shows next. Only the local AWS's clock is advanced by its 30 seconds. */
  nextCode(): string {
    this.sandbox.clock.advance(30);
    return tokenCode(this.seed, this.sandbox.clock.now());
  }

  /** A code that the device does not show. */
  wrongCode(): string {
    return String((Number(tokenCode(this.seed, this.sandbox.clock.now())) + 1) % 1_000_000).padStart(6, "0");
  }

  async createDevice(): Promise<void> {
    const { VirtualMFADevice } = await this.iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: this.name }),
    );
    this.seed = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  }

  async enableDevice(code1 = this.nextCode(), code2 = this.nextCode()): Promise<void> {
    await this.iam.send(
      new EnableMFADeviceCommand({
        UserName: this.name,
        SerialNumber: this.serialNumber,
        AuthenticationCode1: code1,
        AuthenticationCode2: code2,
      }),
    );
  }

  /** Assumes a role in the sandbox account, with MFA if a code is given. */
  async assume(roleName: string, code?: string, sessionName = this.name): Promise<Person> {
    const account = this.sandbox.developmentAccounts["sandbox"] ?? "";
    const { Credentials: session } = await this.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/${roleName}`,
        RoleSessionName: sessionName,
        ...(code !== undefined && { SerialNumber: this.serialNumber, TokenCode: code }),
      }),
    );
    return new Person(this.sandbox, {
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken ?? "",
    });
  }
}

/** An administrator in a member account, by way of the access role. */
export async function administratorIn(sandbox: Sandbox, accountId: string): Promise<Person> {
  const { Credentials: session } = await new Person(sandbox, sandbox.administrator).sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      RoleSessionName: "administrator",
    }),
  );
  return new Person(sandbox, {
    accessKeyId: session?.AccessKeyId ?? "",
    secretAccessKey: session?.SecretAccessKey ?? "",
    sessionToken: session?.SessionToken ?? "",
  });
}

/** Makes a developer's first access key, which the developer would make in the console. */
export async function firstAccessKey(administrator: Person, userName: string): Promise<Credentials> {
  const { AccessKey } = await administrator.iam.send(new CreateAccessKeyCommand({ UserName: userName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}
