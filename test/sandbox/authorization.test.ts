import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetUserCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  TagUserCommand,
} from "@aws-sdk/client-iam";
import { AttachPolicyCommand, CreatePolicyCommand as CreateScpCommand } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { evaluate } from "./authorization.ts";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { LocalAws } from "./model/local-aws.ts";
import { populate, seedUser } from "./model/seed.ts";
import {
  ADMINISTRATOR_ACCESS,
  DENY_WITHOUT_MFA,
  administratorOf,
  allow,
  clients,
  enableDevice,
  given,
  nextCode,
  policy,
  refusal,
  trust,
  type Clients,
} from "./testing.ts";

const AUTH = "222222222222";
const DEVELOPMENT = "333333333333";

describe("sandbox: authorization", () => {
  let sandbox: Sandbox;
  let auth: Clients;
  let development: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox();
    auth = await administratorOf(sandbox, AUTH);
    development = await administratorOf(sandbox, DEVELOPMENT);
  });
  afterEach(() => sandbox.close());

  async function user(name: string, document: string, accountId = AUTH): Promise<Clients> {
    const credentials = sandbox.userInMemberAccount(accountId, name, []);
    const administrator = accountId === AUTH ? auth : development;
    await administrator.iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "test", PolicyDocument: document }),
    );
    return clients(sandbox, credentials);
  }

  async function role(name: string, trustPolicy: string): Promise<string> {
    const { Role } = await development.iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustPolicy }),
    );
    await development.iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: ADMINISTRATOR_ACCESS }));
    return Role?.Arn ?? "";
  }

  async function attachScp(): Promise<void> {
    const { organizations } = clients(sandbox);
    const { Policy } = await organizations.send(
      new CreateScpCommand({
        Name: "DenyWithoutMFA",
        Description: "",
        Type: "SERVICE_CONTROL_POLICY",
        Content: DENY_WITHOUT_MFA,
      }),
    );
    const TargetId = sandbox.organizationalUnit;
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
  }

  const assume = (as: Clients, RoleArn: string, RoleSessionName = "test") =>
    as.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));

  describe("condition keys", () => {
    it("fills in aws:username, so that a policy for oneself is for nobody else", async () => {
      const alice = await user("alice", policy(allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}")));
      await user("bob", policy(allow("iam:GetUser")));

      expect((await alice.iam.send(new GetUserCommand({}))).User?.UserName).to.equal("alice");
      const error = await refusal(alice.iam.send(new GetUserCommand({ UserName: "bob" })));
      expect(error.message).to.equal(
        `User: arn:aws:iam::${AUTH}:user/alice is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${AUTH}:user/bob because no identity-based policy allows the iam:GetUser action`,
      );
    });

    it("fills in the tags of the principal", async () => {
      const condition = { Condition: { StringEquals: { "aws:PrincipalTag/team": "payments" } } };
      const alice = await user("alice", policy(allow("iam:ListUsers", "*", condition)));

      expect((await refusal(alice.iam.send(new ListUsersCommand({})))).name).to.equal("AccessDenied");
      await auth.iam.send(new TagUserCommand({ UserName: "alice", Tags: [{ Key: "team", Value: "payments" }] }));
      await alice.iam.send(new ListUsersCommand({}));
    });

    it("fills in aws:PrincipalType: User, AssumedRole or Account", async () => {
      const root = clients(sandbox, sandbox.rootUser(DEVELOPMENT));
      const bot = clients(sandbox, sandbox.userInMemberAccount(DEVELOPMENT, "bot", [ADMINISTRATOR_ACCESS]));
      await attachScp();

      const wording = "with an explicit deny in a service control policy";
      expect((await refusal(root.iam.send(new ListUsersCommand({})))).message).to.contain(wording);
      expect((await refusal(bot.iam.send(new ListUsersCommand({})))).message).to.contain(wording);
      await development.iam.send(new ListUsersCommand({}));
    });

    it("has aws:TokenIssueTime for sessions, so that a Deny on it revokes those there are and no later one", async () => {
      const arn = await role("dev", trust(`arn:aws:iam::${AUTH}:root`));
      const alice = await user("alice", policy(allow("sts:AssumeRole")));
      const before = clients(sandbox, given((await assume(alice, arn)).Credentials));
      await before.ec2.send(new DescribeInstancesCommand({}));

      sandbox.clock.advance(1);
      await development.iam.send(
        new PutRolePolicyCommand({
          RoleName: "dev",
          PolicyName: "AWSRevokeOlderSessions",
          PolicyDocument: policy({
            Effect: "Deny",
            Action: "*",
            Resource: "*",
            Condition: { DateLessThan: { "aws:TokenIssueTime": sandbox.clock.now().toISOString() } },
          }),
        }),
      );
      sandbox.clock.advance(1);

      const error = await refusal(before.ec2.send(new DescribeInstancesCommand({})));
      expect(error.name).to.equal("UnauthorizedOperation");
      expect(error.message).to.contain("with an explicit deny in an identity-based policy");
      const after = clients(sandbox, given((await assume(alice, arn)).Credentials));
      await after.ec2.send(new DescribeInstancesCommand({}));
    });

    it("refuses to go on with a key that the evaluator would ignore", async () => {
      const aws = new LocalAws({ consistencySeconds: 0, policyTypes: ["SERVICE_CONTROL_POLICY"] });
      populate(aws, {});
      seedUser(aws, AUTH, "alice", [ADMINISTRATOR_ACCESS]);
      const alice = aws.organization.account(AUTH).users.get("alice");
      if (alice === undefined) throw new Error("alice is missing");

      const error = await refusal(
        evaluate(
          aws,
          { type: "User", accountId: AUTH, arn: alice.arn, userId: alice.id, user: alice },
          { action: "iam:GetUser", resource: alice.arn, context: { "sts:RoleSessionName": "alice" } },
        ),
      );
      expect(error.message).to.equal("iam:GetUser does not have the condition keys sts:RoleSessionName");
    });
  });

  describe("aws:MultiFactorAuthPresent", () => {
    const denyWithoutMfa = {
      Effect: "Deny",
      Action: "ec2:*",
      Resource: "*",
      Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
    };
    const allowWithMfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const session = async (as: Clients, code?: { SerialNumber: string; TokenCode: string }) =>
      clients(sandbox, given((await as.sts.send(new GetSessionTokenCommand({ ...code }))).Credentials));

    it("is absent for long-term keys: a Deny with BoolIfExists applies, an Allow with Bool does not", async () => {
      const denied = await user("alice", policy(allow("*"), denyWithoutMfa));
      const allowed = await user("bob", policy(allow("ec2:*", "*", { Condition: allowWithMfa })));

      expect((await refusal(denied.ec2.send(new DescribeInstancesCommand({})))).message).to.contain("explicit deny");
      expect((await refusal(allowed.ec2.send(new DescribeInstancesCommand({})))).message).to.contain(
        "because no identity-based policy allows the ec2:DescribeInstances action",
      );
    });

    it("is the text 'false' for GetSessionToken without a code, so that a Deny with Bool applies", async () => {
      const deny = { ...denyWithoutMfa, Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } };
      const alice = await user("alice", policy(allow("*"), deny));

      await alice.ec2.send(new DescribeInstancesCommand({}));
      const error = await refusal((await session(alice)).ec2.send(new DescribeInstancesCommand({})));
      expect(error.message).to.contain("with an explicit deny in an identity-based policy");
    });

    it("is 'true' for GetSessionToken with a code", async () => {
      const alice = await user("alice", policy(allow("*"), denyWithoutMfa));
      const { serialNumber, seed } = await enableDevice(sandbox, auth.iam, "alice");

      const code = { SerialNumber: serialNumber, TokenCode: nextCode(sandbox, seed) };
      await (await session(alice, code)).ec2.send(new DescribeInstancesCommand({}));
    });

    it("stays 'true' for AssumeRole from a session of GetSessionToken with a code", async () => {
      const arn = await role("dev", trust(`arn:aws:iam::${AUTH}:root`, allowWithMfa));
      const alice = await user("alice", policy(allow("sts:AssumeRole", "*", { Condition: allowWithMfa })));
      const { serialNumber, seed } = await enableDevice(sandbox, auth.iam, "alice");

      const code = { SerialNumber: serialNumber, TokenCode: nextCode(sandbox, seed) };
      await assume(await session(alice, code), arn);
      expect((await refusal(assume(await session(alice), arn))).name).to.equal("AccessDenied");
    });

    it("is absent in the session of an assumed role, though the code was given to AssumeRole", async () => {
      const arn = await role("dev", trust(`arn:aws:iam::${AUTH}:root`, allowWithMfa));
      await development.iam.send(
        new PutRolePolicyCommand({ RoleName: "dev", PolicyName: "mfa", PolicyDocument: policy(denyWithoutMfa) }),
      );
      const alice = await user("alice", policy(allow("sts:AssumeRole", "*", { Condition: allowWithMfa })));
      const { serialNumber, seed } = await enableDevice(sandbox, auth.iam, "alice");

      expect((await refusal(assume(alice, arn))).name).to.equal("AccessDenied");
      const { Credentials } = await alice.sts.send(
        new AssumeRoleCommand({
          RoleArn: arn,
          RoleSessionName: "alice",
          SerialNumber: serialNumber,
          TokenCode: nextCode(sandbox, seed),
        }),
      );
      const developer = clients(sandbox, given(Credentials));
      expect((await refusal(developer.ec2.send(new DescribeInstancesCommand({})))).message).to.contain("explicit deny");
    });
  });

  describe("AssumeRole", () => {
    it("needs the caller's own policies as well when the role is in another account", async () => {
      const without = await user("alice", policy(allow("iam:GetUser")));
      const withPermission = await user("bob", policy(allow("sts:AssumeRole")));
      const arn = await role("dev", trust([`arn:aws:iam::${AUTH}:user/alice`, `arn:aws:iam::${AUTH}:user/bob`]));

      expect((await refusal(assume(without, arn))).message).to.contain(
        "because no identity-based policy allows the sts:AssumeRole action",
      );
      await assume(withPermission, arn);
    });

    it("needs nothing but the trust policy when it names a user of the same account", async () => {
      const local: Credentials = sandbox.userInMemberAccount(DEVELOPMENT, "local", []);
      const arn = await role("dev", trust(`arn:aws:iam::${DEVELOPMENT}:user/local`));
      await assume(clients(sandbox, local), arn);
    });

    it("is refused when the trust policy does not name the caller, even to administrators of the same account", async () => {
      const administrator = clients(
        sandbox,
        sandbox.userInMemberAccount(DEVELOPMENT, "administrator", [ADMINISTRATOR_ACCESS]),
      );
      await user("alice", policy(allow("sts:AssumeRole")));
      const arn = await role("dev", trust(`arn:aws:iam::${AUTH}:user/alice`));

      expect((await refusal(assume(administrator, arn))).message).to.equal(
        `User: arn:aws:iam::${DEVELOPMENT}:user/administrator is not authorized to perform: sts:AssumeRole on resource: ${arn} because no resource-based policy allows the sts:AssumeRole action`,
      );
    });

    it("tells a role that does not exist from one that does not trust the caller by nothing", async () => {
      const alice = await user("alice", policy(allow("sts:AssumeRole")));
      await user("bob", policy(allow("sts:AssumeRole")));
      const arn = await role("dev", trust(`arn:aws:iam::${AUTH}:user/bob`));

      const wording = (of: string) =>
        `User: arn:aws:iam::${AUTH}:user/alice is not authorized to perform: sts:AssumeRole on resource: ${of}`;
      expect((await refusal(assume(alice, arn))).message).to.equal(wording(arn));
      expect((await refusal(assume(alice, `${arn}-none`))).message).to.equal(wording(`${arn}-none`));
    });

    it("knows sts:RoleSessionName and ${aws:username} in the trust policy", async () => {
      const alice = await user("alice", policy(allow("sts:AssumeRole")));
      const arn = await role(
        "dev",
        trust(`arn:aws:iam::${AUTH}:user/alice`, { StringEquals: { "sts:RoleSessionName": "${aws:username}" } }),
      );

      expect((await refusal(assume(alice, arn, "mallory"))).name).to.equal("AccessDenied");
      await assume(alice, arn, "alice");
    });
  });

  describe("what else takes part", () => {
    it("counts service control policies of member accounts only, and only while they are on", async () => {
      await attachScp();
      const bot = sandbox.userInMemberAccount(DEVELOPMENT, "bot", [ADMINISTRATOR_ACCESS]);

      expect((await refusal(clients(sandbox, bot).iam.send(new ListUsersCommand({})))).name).to.equal("AccessDenied");
      await clients(sandbox).iam.send(new ListUsersCommand({}));
      sandbox.organization.serviceControlPoliciesEnabled = false;
      await clients(sandbox, bot).iam.send(new ListUsersCommand({}));
    });

    it("allows nothing where FullAWSAccess has been taken away", async () => {
      sandbox.organization.policies.get("p-FullAWSAccess")?.targets.delete(sandbox.organizationalUnit);

      expect((await refusal(development.iam.send(new ListUsersCommand({})))).message).to.contain(
        "because no service control policy allows the iam:ListUsers action",
      );
      await auth.iam.send(new ListUsersCommand({}));
    });

    it("counts policies of the user's groups", async () => {
      const alice = clients(sandbox, sandbox.userInMemberAccount(AUTH, "alice", []));
      await auth.iam.send(new CreateGroupCommand({ GroupName: "developers" }));
      const PolicyDocument = policy(allow("iam:ListUsers"));
      await auth.iam.send(new PutGroupPolicyCommand({ GroupName: "developers", PolicyName: "p", PolicyDocument }));

      expect((await refusal(alice.iam.send(new ListUsersCommand({})))).name).to.equal("AccessDenied");
      await auth.iam.send(new AddUserToGroupCommand({ GroupName: "developers", UserName: "alice" }));
      await alice.iam.send(new ListUsersCommand({}));
    });

    it("keeps a user within its permissions boundary", async () => {
      const alice = await user("alice", policy(allow("*")));
      const PolicyDocument = policy(allow("iam:GetUser"));
      const { Policy } = await auth.iam.send(new CreatePolicyCommand({ PolicyName: "boundary", PolicyDocument }));
      const PermissionsBoundary = Policy?.Arn;
      await auth.iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "alice", PermissionsBoundary }));

      await alice.iam.send(new GetUserCommand({}));
      expect((await refusal(alice.iam.send(new ListUsersCommand({})))).message).to.contain(
        "because no permissions boundary allows the iam:ListUsers action",
      );
    });

    it("keeps a session within the policy given to AssumeRole", async () => {
      const { Credentials } = await clients(sandbox).sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${AUTH}:role/OrganizationAccountAccessRole`,
          RoleSessionName: "test",
          Policy: policy(allow("iam:ListUsers")),
        }),
      );
      const limited = clients(sandbox, given(Credentials));
      await limited.iam.send(new ListUsersCommand({}));
      expect((await refusal(limited.iam.send(new ListVirtualMFADevicesCommand({})))).name).to.equal("AccessDenied");
    });

    it("applies an Allow for iam:ListVirtualMFADevices on '*' only, never on anything narrower", async () => {
      const narrow = await user("alice", policy(allow("iam:ListVirtualMFADevices", "arn:aws:iam::*:mfa/*")));
      const wide = await user("bob", policy(allow("iam:ListVirtualMFADevices")));

      expect((await refusal(narrow.iam.send(new ListVirtualMFADevicesCommand({})))).message).to.equal(
        `User: arn:aws:iam::${AUTH}:user/alice is not authorized to perform: iam:ListVirtualMFADevices on resource: arn:aws:iam::${AUTH}:mfa/ because no identity-based policy allows the iam:ListVirtualMFADevices action`,
      );
      await wide.iam.send(new ListVirtualMFADevicesCommand({}));
    });

    it("asks for no permission for GetSessionToken and GetCallerIdentity", async () => {
      const alice = clients(
        sandbox,
        sandbox.userInMemberAccount(AUTH, "alice", ["arn:aws:iam::aws:policy/AWSDenyAll"]),
      );
      await alice.sts.send(new GetSessionTokenCommand({}));
      expect((await alice.sts.send(new GetCallerIdentityCommand({}))).Arn).to.equal(`arn:aws:iam::${AUTH}:user/alice`);
    });
  });
});
