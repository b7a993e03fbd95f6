import {
  AttachRolePolicyCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AttachPolicyCommand, CreatePolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { awsCli } from "../../toolchain/awscli.js";
import { startSandbox, tokenCode, type Credentials, type Sandbox } from "./index.ts";
import {
  ADMINISTRATOR_ACCESS,
  DENY_WITHOUT_MFA,
  administratorOf,
  allow,
  clients,
  nextCode,
  policy,
  trust,
} from "./testing.ts";

const AUTH = "222222222222";
const DEVELOPMENT = "333333333333";
const ROLE_ARN = `arn:aws:iam::${DEVELOPMENT}:role/dev-alice`;
const MFA_SERIAL = `arn:aws:iam::${AUTH}:mfa/alice`;
const SELF = ["arn:aws:iam::*:mfa/${aws:username}", "arn:aws:iam::*:user/${aws:username}"];
const OWN_USER = "arn:aws:iam::*:user/${aws:username}";

const iam = (...actions: string[]) => actions.map((action) => `iam:${action}`);
const MFA_ACTIONS = iam(
  "CreateVirtualMFADevice",
  "EnableMFADevice",
  "ListMFADevices",
  "ListVirtualMFADevices",
  "ResyncMFADevice",
);
const KEY_ACTIONS = iam("CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "UpdateAccessKey");

const DEVELOPER_POLICY = policy(
  { Effect: "Allow", Action: MFA_ACTIONS, Resource: SELF },
  allow(iam("ChangePassword", "GetUser"), OWN_USER),
  allow(KEY_ACTIONS, OWN_USER),
  {
    Effect: "Deny",
    NotAction: [...MFA_ACTIONS, ...KEY_ACTIONS, ...iam("GetUser", "DeactivateMFADevice", "ChangePassword")],
    Resource: "*",
    Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
  },
  allow("sts:AssumeRole", "arn:aws:iam::*:role/dev-alice", {
    Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  }),
);

/** What a command printed, and how it ended. */
interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

describe("sandbox: a developer with the ordinary AWS CLI", () => {
  let sandbox: Sandbox;
  let directory: string;
  let firstKey: Credentials;
  let seed = "";

  before(async () => {
    sandbox = await startSandbox();
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-aws-cli-"));
    firstKey = sandbox.userInMemberAccount(AUTH, "alice", []);
    await whatTheAdministratorSetsUp();
  });
  after(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true });
  });

  async function whatTheAdministratorSetsUp(): Promise<void> {
    const auth = await administratorOf(sandbox, AUTH);
    const development = await administratorOf(sandbox, DEVELOPMENT);
    const { organizations } = clients(sandbox);
    await auth.iam.send(
      new CreateLoginProfileCommand({ UserName: "alice", Password: "One-time-1", PasswordResetRequired: true }),
    );
    await auth.iam.send(
      new PutUserPolicyCommand({ UserName: "alice", PolicyName: "developer", PolicyDocument: DEVELOPER_POLICY }),
    );
    await development.iam.send(
      new CreateRoleCommand({
        RoleName: "dev-alice",
        AssumeRolePolicyDocument: trust(`arn:aws:iam::${AUTH}:user/alice`, {
          Bool: { "aws:MultiFactorAuthPresent": "true" },
        }),
      }),
    );
    await development.iam.send(new AttachRolePolicyCommand({ RoleName: "dev-alice", PolicyArn: ADMINISTRATOR_ACCESS }));
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({
        Name: "DenyWithoutMFA",
        Description: "",
        Type: "SERVICE_CONTROL_POLICY",
        Content: DENY_WITHOUT_MFA,
      }),
    );
    const TargetId = sandbox.organizationalUnit;
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
  }

  /** The environment of a developer: nothing but the endpoint; keys are in the files that the CLI writes. */
  function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return {
      HOME: process.env["HOME"],
      PATH: dirname(awsCli()) + delimiter + (process.env["PATH"] ?? ""),
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: join(directory, "config"),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials"),
      ...more,
    };
  }

  async function run(command: string, args: string[], more?: Record<string, string>): Promise<Result> {
    try {
      const { stdout, stderr } = await promisify(execFile)(command, args, { env: environment(more) });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== "number") throw error;
      return { code, stdout, stderr };
    }
  }

  const aws = (line: string, ...more: string[]) => run("aws", [...line.split(" "), ...more]);

  const script = (code: string) =>
    run("bash", [join(import.meta.dirname, "dev-assume-role.sh"), code], {
      ROLE_ARN,
      MFA_SERIAL,
      SESSION_NAME: "alice",
    });

  async function succeeds(result: Promise<Result>): Promise<unknown> {
    const { code, stdout, stderr } = await result;
    expect(code, stderr).to.equal(0);
    return stdout === "" ? undefined : (JSON.parse(stdout) as unknown);
  }

  it("configures a key", async () => {
    await succeeds(aws("configure set aws_access_key_id", firstKey.accessKeyId));
    await succeeds(aws("configure set aws_secret_access_key", firstKey.secretAccessKey));
    expect(await succeeds(aws("sts get-caller-identity"))).to.include({ Arn: `arn:aws:iam::${AUTH}:user/alice` });
  });

  it("sees herself", async () => {
    expect(await succeeds(aws("iam get-user"))).to.have.nested.property("User.UserName", "alice");
  });

  it("changes the password", async () => {
    await succeeds(aws("iam change-password --old-password One-time-1 --new-password Her-own-password-2"));
    const profile = sandbox.organization.account(AUTH).users.get("alice")?.loginProfile;
    expect(profile).to.include({ password: "Her-own-password-2", passwordResetRequired: false });
  });

  it("is refused a virtual MFA device that is not named like her", async () => {
    const outfile = join(directory, "seed");
    const { code, stderr } = await aws(
      "iam create-virtual-mfa-device --virtual-mfa-device-name phone --bootstrap-method Base32StringSeed --outfile",
      outfile,
    );
    expect(code).not.to.equal(0);
    expect(stderr).to.contain("(AccessDenied)").and.to.contain(`arn:aws:iam::${AUTH}:mfa/phone`);
  });

  it("makes a virtual MFA device named like her", async () => {
    const outfile = join(directory, "seed");
    const made = await succeeds(
      aws(
        "iam create-virtual-mfa-device --virtual-mfa-device-name alice --bootstrap-method Base32StringSeed --outfile",
        outfile,
      ),
    );
    expect(made).to.have.nested.property("VirtualMFADevice.SerialNumber", MFA_SERIAL);
    seed = await readFile(outfile, "utf8");
    expect(seed).to.match(/^[A-Z2-7]{64}$/);
  });

  it("enables it with two codes", async () => {
    const now = sandbox.clock.now().getTime();
    const [first, second] = [tokenCode(seed, new Date(now)), tokenCode(seed, new Date(now + 30_000))];
    await succeeds(
      aws(
        "iam enable-mfa-device --user-name alice",
        "--serial-number",
        MFA_SERIAL,
        "--authentication-code1",
        first,
        "--authentication-code2",
        second,
      ),
    );
    expect(await succeeds(aws("iam list-mfa-devices"))).to.have.nested.property(
      "MFADevices[0].SerialNumber",
      MFA_SERIAL,
    );
  });

  it("makes an access key of her own and uses it from then on", async () => {
    const made = (await succeeds(aws("iam create-access-key"))) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    await succeeds(aws("iam delete-access-key --access-key-id", firstKey.accessKeyId));
    await succeeds(aws("configure set aws_access_key_id", made.AccessKey.AccessKeyId));
    await succeeds(aws("configure set aws_secret_access_key", made.AccessKey.SecretAccessKey));
    await succeeds(aws("iam get-user"));
  });

  it("can not assume the role without a code, nor deactivate the device", async () => {
    const assumed = await aws("sts assume-role --role-session-name alice --role-arn", ROLE_ARN);
    expect(assumed.stderr).to.contain("(AccessDenied)").and.to.contain("sts:AssumeRole");
    const deactivated = await aws("iam deactivate-mfa-device --user-name alice --serial-number", MFA_SERIAL);
    expect(deactivated.stderr).to.contain("(AccessDenied)");
  });

  it("assumes the role with the script and a code, and describes instances with the profile dev", async () => {
    await succeeds(script(nextCode(sandbox, seed)));
    const seen = await succeeds(aws("ec2 describe-instances --profile dev"));
    expect(seen).to.have.nested.property("Reservations[0].OwnerId", DEVELOPMENT);
    expect(await succeeds(aws("sts get-caller-identity --profile dev"))).to.include({
      Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/dev-alice/alice`,
    });
  });

  it("is refused the same code again", async () => {
    const code = nextCode(sandbox, seed);
    await succeeds(script(code));
    const again = await script(code);
    expect(again.stderr).to.contain("MultiFactorAuthentication failed with invalid MFA one time pass code.");
  });
});
