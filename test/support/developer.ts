import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, ListMFADevicesCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";

import type { Credentials, Sandbox } from "../sandbox/index.ts";
import { administratorOf, clients, type Clients, enableDevice, given, nextCode } from "../sandbox/testing.ts";

/** A developer who has an access key and an MFA device, made with the permissions that the stack gives. */
export class Developer {
  readonly name: string;
  readonly accessKey: Credentials;
  readonly #sandbox: Sandbox;
  readonly #device: { serialNumber: string; seed: string };

  private constructor(
    sandbox: Sandbox,
    name: string,
    accessKey: Credentials,
    device: { serialNumber: string; seed: string },
  ) {
    this.#sandbox = sandbox;
    this.name = name;
    this.accessKey = accessKey;
    this.#device = device;
  }

  /**
   * Enrols a developer. The first key comes from the console, where the developer signs in with the one-time password. A developer who has
   * a device already cannot add one by a key, and gets it from an administrator.
   */
  static async enrol(sandbox: Sandbox, name: string): Promise<Developer> {
    const auth = await administratorOf(sandbox, sandbox.authAccount);
    const { AccessKey } = await auth.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    const accessKey = { accessKeyId, secretAccessKey };
    const own = clients(sandbox, accessKey);
    const { MFADevices = [] } = await own.iam.send(new ListMFADevicesCommand({ UserName: name }));
    const { iam } = MFADevices.length === 0 ? own : auth;
    return new Developer(sandbox, name, accessKey, await enableDevice(sandbox, iam, name));
  }

  /** The clients with the developer's long-term key. */
  get aws(): Clients {
    return clients(this.#sandbox, this.accessKey);
  }

  /** The device's next code that has not been used. */
  nextCode(): string {
    return nextCode(this.#sandbox, this.#device.seed);
  }

  /** Assumes the developer's role in an account, with the device's next code. */
  async login(account: string, roleName = `developer-${this.name}`): Promise<Clients> {
    const { Credentials: session } = await this.aws.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${this.#sandbox.developmentAccounts[account] ?? account}:role/${roleName}`,
        RoleSessionName: this.name,
        SerialNumber: this.#device.serialNumber,
        TokenCode: this.nextCode(),
      }),
    );
    return clients(this.#sandbox, given(session));
  }

  /** The clients of a GetSessionToken session in the auth account, with MFA. */
  async sessionToken(): Promise<Clients> {
    const { Credentials: session } = await this.aws.sts.send(
      new GetSessionTokenCommand({
        SerialNumber: this.#device.serialNumber,
        TokenCode: this.nextCode(),
      }),
    );
    return clients(this.#sandbox, given(session));
  }
}

/** Whether a call succeeds that every session of a developer's role may make. */
export async function works({ ec2 }: Clients): Promise<boolean> {
  try {
    await ec2.send(new DescribeInstancesCommand({}));
    return true;
  } catch (error) {
    if (
      error instanceof Error &&
      /^(UnauthorizedOperation|AccessDenied|AuthFailure|InvalidClientTokenId)/.test(error.name)
    )
      return false;
    throw error;
  }
}

/** Enrols a developer and uses the role in an account once. */
export async function enrolAndLogin(sandbox: Sandbox, name: string, account = "sandbox"): Promise<boolean> {
  return works(await (await Developer.enrol(sandbox, name)).login(account));
}
