import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetLoginProfileCommand,
  GetPolicyVersionCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateAccountPasswordPolicyCommand,
  UploadSigningCertificateCommand,
  UploadSSHPublicKeyCommand,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, allow, clients, policy, refusal, trust } from "./testing.ts";

const AUTH = "222222222222";
const UserName = "alice";

describe("sandbox: IAM", () => {
  let sandbox: Sandbox;
  let iam: IAMClient;

  beforeEach(async () => {
    sandbox = await startSandbox();
    ({ iam } = await administratorOf(sandbox, AUTH));
  });
  afterEach(() => sandbox.close());

  describe("users", () => {
    it("have names that are unique without regard to case", async () => {
      await iam.send(new CreateUserCommand({ UserName: "Alice" }));
      const error = await refusal(iam.send(new CreateUserCommand({ UserName })));
      expect(error.name).to.match(/^EntityAlreadyExists/);
    });

    it("have names of letters, digits and +=,.@_- only, 64 at most", async () => {
      for (const invalid of ["a b", "a/b", "ä", "a".repeat(65)]) {
        const error = await refusal(iam.send(new CreateUserCommand({ UserName: invalid })));
        expect(error.name, invalid).to.equal("ValidationError");
      }
      await iam.send(new CreateUserCommand({ UserName: "a+=,.@_-Z9" }));
    });

    it("are listed page by page", async () => {
      for (const name of ["dave", "carol", "bob"]) await iam.send(new CreateUserCommand({ UserName: name }));
      const first = await iam.send(new ListUsersCommand({ MaxItems: 2 }));
      expect(first.IsTruncated).to.equal(true);
      const names: string[] = [];
      for await (const page of paginateListUsers({ client: iam, pageSize: 2 }, {})) {
        names.push(...(page.Users ?? []).map((user) => user.UserName ?? ""));
      }
      expect(names).to.deep.equal(["bob", "carol", "dave"]);
    });

    it("are shown with their tags", async () => {
      const Tags = [{ Key: "note", Value: "a b é: 1/2 = +3-@" }];
      await iam.send(new CreateUserCommand({ UserName, Tags }));
      expect((await iam.send(new GetUserCommand({ UserName }))).User?.Tags).to.deep.equal(Tags);
    });

    for (const [what, tags, says] of [
      [
        "a character that IAM does not take",
        { team: "R&D" },
        "ValidationError: 1 validation error detected: Value 'R&D' at",
      ],
      ["a key that is AWS's", { "AWS:x": "y" }, "InvalidInput: User-defined tag keys can't start with 'aws:'."],
      ["keys that differ by case only", { Owner: "a", owner: "b" }, "InvalidInput: Duplicate tag keys found."],
      ["a value that is too long", { a: "x".repeat(257) }, "ValidationError: 1 validation error detected"],
    ] as [string, Record<string, string>, string][]) {
      it(`are refused tags with ${what}`, async () => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        const { name, message } = await refusal(iam.send(new CreateUserCommand({ UserName, Tags })));
        expect(`${name.replace(/Exception$/, "")}: ${message}`).to.contain(says);
      });
    }

    it("and roles are shown with special characters as they are", async () => {
      const Description = "<a & b> \"c\" 'd' é";
      const RoleName = "described";
      const AssumeRolePolicyDocument = trust("arn:aws:iam::222222222222:root");
      const made = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Description }));
      expect(made.Role?.Description).to.equal(Description);
    });

    it("are not found once they are deleted", async () => {
      await iam.send(new CreateUserCommand({ UserName }));
      await iam.send(new DeleteUserCommand({ UserName }));
      const error = await refusal(iam.send(new GetUserCommand({ UserName })));
      expect(error.name).to.match(/^NoSuchEntity/);
      expect(error.message).to.equal("The user with name alice cannot be found.");
    });
  });

  describe("DeleteUser", () => {
    beforeEach(() => iam.send(new CreateUserCommand({ UserName })));

    async function refusedUntil(wording: string, removed: () => Promise<unknown>): Promise<void> {
      const remove = () => iam.send(new DeleteUserCommand({ UserName }));
      const error = await refusal(remove());
      expect(error.name).to.match(/^DeleteConflict/);
      expect(error.message).to.equal(`Cannot delete entity, must ${wording} first.`);
      await removed();
      await remove();
    }

    it("is refused while there is a login profile", async () => {
      await iam.send(new CreateLoginProfileCommand({ UserName, Password: "Correct-horse-1" }));
      await refusedUntil("delete login profile", () => iam.send(new DeleteLoginProfileCommand({ UserName })));
    });

    it("is refused while there are access keys", async () => {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      await refusedUntil("delete access keys", () =>
        iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId })),
      );
    });

    it("is refused while there are groups", async () => {
      const GroupName = "developers";
      await iam.send(new CreateGroupCommand({ GroupName }));
      await iam.send(new AddUserToGroupCommand({ UserName, GroupName }));
      const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName }));
      expect(Groups?.map((group) => group.GroupName)).to.deep.equal([GroupName]);
      await refusedUntil("remove users from group", () =>
        iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName })),
      );
    });

    it("take inline policies of 2,048 characters together, white space not counted", async () => {
      const put = (PolicyName: string, characters: number) => {
        const PolicyDocument = `${policy(allow("iam:GetUser", "r".repeat(characters)))}${" ".repeat(2048)}`;
        return iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
      };
      await put("one", 1000);
      await put("one", 1500);
      const { name, message } = await refusal(put("two", 500));
      expect([name, message]).to.eql([
        "LimitExceededException",
        "Maximum policy size of 2048 bytes exceeded for user alice",
      ]);
    });

    it("is refused while there are inline policies", async () => {
      const PolicyName = "own";
      const PolicyDocument = policy(allow("iam:GetUser"));
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
      await refusedUntil("delete policies", () => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })));
    });

    it("is refused while there are attached policies", async () => {
      const PolicyArn = ADMINISTRATOR_ACCESS;
      await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
      const { AttachedPolicies } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
      expect(AttachedPolicies).to.deep.equal([{ PolicyName: "AdministratorAccess", PolicyArn }]);
      await refusedUntil("detach all policies", () => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })));
    });

    it("is refused while there are SSH keys", async () => {
      await iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody: "ssh-rsa AAAA" }));
      const { SSHPublicKeys } = await iam.send(new ListSSHPublicKeysCommand({ UserName }));
      const SSHPublicKeyId = SSHPublicKeys?.[0]?.SSHPublicKeyId;
      await refusedUntil("delete SSH public keys", () =>
        iam.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId })),
      );
    });

    it("is refused while there are signing certificates", async () => {
      await iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody: "-----BEGIN" }));
      const { Certificates } = await iam.send(new ListSigningCertificatesCommand({ UserName }));
      const CertificateId = Certificates?.[0]?.CertificateId;
      await refusedUntil("delete signing certificates", () =>
        iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId })),
      );
    });

    it("is refused while there are service-specific credentials", async () => {
      await iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: "codecommit.amazonaws.com" }));
      const { ServiceSpecificCredentials } = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName }));
      const ServiceSpecificCredentialId = ServiceSpecificCredentials?.[0]?.ServiceSpecificCredentialId;
      await refusedUntil("delete service specific credentials", () =>
        iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId })),
      );
    });
  });

  describe("passwords", () => {
    it("are changed by who knows the old one, and need not be changed again", async () => {
      const alice = clients(sandbox, sandbox.userInMemberAccount(AUTH, UserName, [ADMINISTRATOR_ACCESS])).iam;
      await iam.send(
        new CreateLoginProfileCommand({ UserName, Password: "Correct-horse-1", PasswordResetRequired: true }),
      );
      const change = (OldPassword: string, NewPassword: string) =>
        alice.send(new ChangePasswordCommand({ OldPassword, NewPassword }));

      const wrong = await refusal(change("wrong", "Battery-staple-2"));
      expect([wrong.name, wrong.message]).to.deep.equal(["AccessDenied", "The old password was incorrect."]);
      const same = await refusal(change("Correct-horse-1", "Correct-horse-1"));
      expect(same.name).to.match(/^PasswordPolicyViolation/);
      expect(same.message).to.contain("password reuse prevention");
      expect((await refusal(change("Correct-horse-1", "short"))).name).to.match(/^PasswordPolicyViolation/);
      await change("Correct-horse-1", "Battery-staple-2");
      const { LoginProfile } = await iam.send(new GetLoginProfileCommand({ UserName }));
      expect(LoginProfile?.PasswordResetRequired).to.equal(false);
    });

    it("follow the account's policy where there is one", async () => {
      const error = await refusal(iam.send(new GetAccountPasswordPolicyCommand({})));
      expect(error.name).to.match(/^NoSuchEntity/);
      await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 20 }));
      await iam.send(new CreateUserCommand({ UserName }));
      const create = (Password: string) => iam.send(new CreateLoginProfileCommand({ UserName, Password }));
      expect((await refusal(create("Correct-horse-1"))).name).to.match(/^PasswordPolicyViolation/);
      await create("correct horse battery staple");
    });

    it("are refused with the rule of the policy that they break", async () => {
      await iam.send(
        new UpdateAccountPasswordPolicyCommand({
          MinimumPasswordLength: 14,
          RequireUppercaseCharacters: true,
          RequireLowercaseCharacters: true,
          RequireNumbers: true,
          RequireSymbols: true,
        }),
      );
      const alice = clients(sandbox, sandbox.userInMemberAccount(AUTH, UserName, [ADMINISTRATOR_ACCESS])).iam;
      await iam.send(new CreateLoginProfileCommand({ UserName, Password: "Correct-horse-1" }));
      const change = (NewPassword: string) =>
        alice.send(new ChangePasswordCommand({ OldPassword: "Correct-horse-1", NewPassword }));

      for (const [password, message] of [
        ["Short-1", "Password should have a minimum length of 14"],
        ["battery-staple-2", "Password should have at least one uppercase letter"],
        ["BATTERY-STAPLE-2", "Password should have at least one lowercase letter"],
        ["Battery-staple-two", "Password should have at least one number"],
        ["BatteryStaple22", "Password should have at least one symbol"],
      ] as const) {
        const error = await refusal(change(password));
        expect(error.name).to.match(/^PasswordPolicyViolation/);
        expect(error.message).to.equal(message);
      }
      await change("Battery-staple-2");
    });

    it("are changed by IAM users only", async () => {
      const change = new ChangePasswordCommand({ OldPassword: "Correct-horse-1", NewPassword: "Battery-staple-2" });
      expect((await refusal(iam.send(change))).name).to.match(/^InvalidUserType/);
    });
  });

  describe("access keys", () => {
    it("are two per user at most", async () => {
      await iam.send(new CreateUserCommand({ UserName }));
      const create = () => iam.send(new CreateAccessKeyCommand({ UserName }));
      await create();
      await create();
      expect((await refusal(create())).message).to.equal("Cannot exceed quota for AccessKeysPerUser: 2");
    });

    it("tell when and for what they were last used", async () => {
      const key = sandbox.userInMemberAccount(AUTH, UserName, [ADMINISTRATOR_ACCESS]);
      const lastUsed = async () =>
        (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }))).AccessKeyLastUsed;

      expect((await lastUsed())?.ServiceName).to.equal("N/A");
      await clients(sandbox, key).iam.send(new GetUserCommand({}));
      expect((await lastUsed())?.ServiceName).to.equal("iam");
      expect((await lastUsed())?.LastUsedDate).to.be.instanceOf(Date);
    });
  });

  describe("the account", () => {
    it("has a summary with its quotas", async () => {
      await iam.send(new CreateUserCommand({ UserName }));
      const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
      expect(SummaryMap).to.include({ Users: 1, UsersQuota: 5000, RolesQuota: 1000, AccountAccessKeysPresent: 0 });
      sandbox.rootUser(AUTH);
      const { SummaryMap: withKeys } = await iam.send(new GetAccountSummaryCommand({}));
      expect(withKeys).to.include({ AccountAccessKeysPresent: 1 });
    });

    it("has a credential report once it is generated", async () => {
      sandbox.userInMemberAccount(AUTH, UserName, []);
      expect((await iam.send(new GenerateCredentialReportCommand({}))).State).to.equal("STARTED");
      const { Content } = await iam.send(new GetCredentialReportCommand({}));
      const [header = "", ...rows] = Buffer.from(Content ?? [])
        .toString()
        .split("\n");
      const columns = header.split(",");
      const cells = rows.find((row) => row.startsWith("alice,"))?.split(",") ?? [];
      expect(cells).to.have.length(columns.length);
      expect(cells[columns.indexOf("mfa_active")]).to.equal("false");
      expect(cells[columns.indexOf("access_key_1_active")]).to.equal("true");
    });

    it("tells everything that says who may do what, and of AWS's policies those in use", async () => {
      sandbox.userInMemberAccount(AUTH, UserName, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
      const all = await iam.send(new GetAccountAuthorizationDetailsCommand({}));
      expect(all.UserDetailList?.map((user) => user.UserName)).to.deep.equal([UserName]);
      expect(all.RoleDetailList?.map((role) => role.RoleName)).to.deep.equal(["OrganizationAccountAccessRole"]);
      expect(all.Policies?.map(({ PolicyName }) => PolicyName)).to.have.members([
        "AdministratorAccess",
        "ReadOnlyAccess",
      ]);
      const Filter = ["User" as const, "LocalManagedPolicy" as const];
      const some = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter }));
      expect([some.UserDetailList?.length, some.RoleDetailList, some.Policies]).to.deep.equal([1, [], []]);
    });

    it("sees AWS's managed policies", async () => {
      const { PolicyVersion } = await iam.send(
        new GetPolicyVersionCommand({ PolicyArn: ADMINISTRATOR_ACCESS, VersionId: "v1" }),
      );
      expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""))).to.deep.include({
        Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
      });
    });
  });
});
