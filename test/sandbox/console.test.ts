import {
  ChangePasswordCommand,
  CreateLoginProfileCommand,
  CreateVirtualMFADeviceCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateLoginProfileCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { administratorOf, allow, clients, enableDevice, nextCode, policy, refusal } from "./testing.ts";

const userName = "alice";
const UserName = userName;
const password = "One-time-password-1";

describe("sandbox: the console", () => {
  let sandbox: Sandbox;
  let administrator: IAMClient;

  beforeEach(async () => {
    sandbox = await startSandbox();
    administrator = (await administratorOf(sandbox, sandbox.authAccount)).iam;
    sandbox.userInMemberAccount(sandbox.authAccount, userName, []);
    const PolicyDocument = policy(
      allow(["iam:ChangePassword", "iam:GetUser", "iam:*MFADevice*"]),
      allow("iam:ListUsers", "*", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }),
    );
    await administrator.send(new PutUserPolicyCommand({ UserName, PolicyName: "self", PolicyDocument }));
    await administrator.send(new CreateLoginProfileCommand({ UserName, Password: password }));
  });
  afterEach(() => sandbox.close());

  it("lets in who has the password, and nobody else", async () => {
    const { iam } = clients(sandbox, await sandbox.signIn({ userName, password }));
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).to.equal(userName);
    for (const wrong of [
      { userName, password: "wrong" },
      { userName: "bob", password },
    ]) {
      const error = await refusal(sandbox.signIn(wrong));
      expect(error.message).to.equal("Your authentication information is incorrect. Please try again.");
    }
  });

  it("is noted as the last use of the password, by GetUser, ListUsers and the credential report", async () => {
    const lastUsed = async () => (await administrator.send(new GetUserCommand({ UserName }))).User?.PasswordLastUsed;
    expect(await lastUsed()).to.equal(undefined);
    await sandbox.signIn({ userName, password });
    expect(await lastUsed()).to.be.instanceOf(Date);
    const { Users = [] } = await administrator.send(new ListUsersCommand({}));
    expect(Users[0]?.PasswordLastUsed).to.deep.equal(await lastUsed());
    await administrator.send(new GenerateCredentialReportCommand({}));
    const { Content } = await administrator.send(new GetCredentialReportCommand({}));
    const used = (await lastUsed())?.toISOString().slice(0, 19) ?? "never";
    expect(Buffer.from(Content ?? []).toString()).to.contain(used);
  });

  it("wants a one-time password changed, to another one", async () => {
    await administrator.send(new UpdateLoginProfileCommand({ UserName, PasswordResetRequired: true }));
    expect((await refusal(sandbox.signIn({ userName, password }))).message).to.equal(
      "You must change your password to continue",
    );
    const again = await refusal(sandbox.signIn({ userName, password, newPassword: password }));
    expect(again.message).to.contain("password reuse prevention");
    await sandbox.signIn({ userName, password, newPassword: "Her-own-password-2" });
    await refusal(sandbox.signIn({ userName, password }));
    await sandbox.signIn({ userName, password: "Her-own-password-2" });
  });

  it("asks a user with an MFA device for a code, and then carries MFA", async () => {
    const before = clients(sandbox, await sandbox.signIn({ userName, password })).iam;
    // The console's session may call IAM before there is a device, unlike a session of GetSessionToken.
    const { seed } = await enableDevice(sandbox, before, userName);
    expect((await refusal(before.send(new ListUsersCommand({})))).name).to.equal("AccessDenied");

    await refusal(sandbox.signIn({ userName, password }));
    await refusal(sandbox.signIn({ userName, password, tokenCode: "000000" }));
    const tokenCode = nextCode(sandbox, seed);
    const { iam } = clients(sandbox, await sandbox.signIn({ userName, password, tokenCode }));
    await iam.send(new ListUsersCommand({}));
    await refusal(sandbox.signIn({ userName, password, tokenCode }));
  });

  it("works with temporary credentials, which give no others of GetSessionToken", async () => {
    const { iam, sts } = clients(sandbox, await sandbox.signIn({ userName, password }));
    await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: userName }));
    await iam.send(new ChangePasswordCommand({ OldPassword: password, NewPassword: "Her-own-password-2" }));
    expect((await refusal(sts.send(new GetSessionTokenCommand({})))).name).to.equal("AccessDenied");
    sandbox.clock.advance(12 * 3600 + 1);
    expect((await refusal(iam.send(new GetUserCommand({})))).name).to.match(/^ExpiredToken/);
  });
});
