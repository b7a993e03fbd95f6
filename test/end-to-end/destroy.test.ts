import { expect } from "chai";

import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import { administratorOf, allow, enableDevice, policy } from "../sandbox/testing.ts";
import { expectComplete } from "../support/expectations.ts";
import { Administrator } from "../support/harness.ts";

describe("destroy", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  /** The names of all users, groups, roles and policies in AWS, except those that are there before the stack. */
  const there = (): string[] => {
    const { accounts, policies } = admin.sandbox.organization;
    const names = [...accounts.values()].flatMap(({ users, roles, groups, policies }) =>
      [users, roles, groups, policies].flatMap(({ names }) => names),
    );
    const ours = names.filter((name) => !/^(administrator|OrganizationAccountAccessRole)$/.test(name));
    return [...ours, ...[...policies.values()].filter(({ awsManaged }) => !awsManaged).map(({ name }) => name)];
  };

  it("of a stack that was never applied has nothing to do", async () => {
    expect(await admin.run("destroy", "--yes")).to.eql({
      status: 0,
      stdout: "There is nothing to delete.\n",
      stderr: "",
    });
    expect(admin.changesSince(0)).to.eql([]);
  });

  describe("of a stack", () => {
    let from: number;

    before(async () => {
      await admin.close();
      admin = await Administrator.withStack({ developers: ["alice"] });
      // The policy was made before bob came, and does not depend on him in the state.
      await admin.succeed("add-developer", "bob", "--yes");
      from = admin.sandbox.requests.length;
    });

    it("is refused without a terminal and without --yes, before anything is done", async () => {
      expect(await admin.run("destroy")).to.eql({
        status: 1,
        stdout: "",
        stderr: "Error: This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.\n",
      });
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
    });

    it("asks on a terminal for the stack's name, and changes nothing for another", async () => {
      // The question counts the developers in the stack, not those on the roster.
      const settings = await admin.settings();
      await admin.editSettings((text) => text.replace("    bob: {}\n", "    carol: {}\n    dave: {}\n"));
      const terminal = admin.terminal("destroy");
      await terminal.waitFor(
        'This deletes 2 developers (alice, bob), 4 roles (in payments, sandbox), the service control policy and 2 other resources of the stack "main".',
      );
      await terminal.waitFor(
        "The policy comes off ou-abcd-11111111: from then on, access keys work there without MFA.",
      );
      await terminal.waitFor("Type the stack's name to go on:");
      terminal.enter("yes");
      await terminal.waitFor('"yes" is not the stack\'s name. Nothing was changed.');
      expect(await terminal.ended()).to.equal(1);
      expect(admin.changesSince(from)).to.eql([]);
      await admin.editSettings(() => settings);
    });

    it("deletes everything, the service control policy first, whatever users and others have made of it since", async () => {
      const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
      await auth.iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
      await enableDevice(admin.sandbox, auth.iam, "alice");
      admin.sandbox.registerSecurityKey("alice", "yubikey");
      const PolicyDocument = policy(allow("s3:*"));
      await auth.iam.send(new PutUserPolicyCommand({ UserName: "bob", PolicyName: "own", PolicyDocument }));
      const development = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
      const own = { RoleName: "developer-bob", PolicyName: "own", PolicyDocument };
      await development.iam.send(new PutRolePolicyCommand(own));
      // A stranger is in the developers' group and has their policy besides; a killed verify --live has left a canary in the group.
      const stranger = { UserName: "stranger" };
      await auth.iam.send(new CreateUserCommand(stranger));
      await auth.iam.send(new AddUserToGroupCommand({ ...stranger, GroupName: "mfa-admin-developers" }));
      const PolicyArn = `arn:aws:iam::${admin.sandbox.authAccount}:policy/mfa-admin-developer`;
      await auth.iam.send(new AttachUserPolicyCommand({ ...stranger, PolicyArn }));
      const canary = { UserName: "mfa-admin-canary-0123abcd" };
      await auth.iam.send(new CreateUserCommand({ ...canary, Tags: [{ Key: "mfa-admin:canary", Value: "main" }] }));
      await auth.iam.send(new AddUserToGroupCommand({ ...canary, GroupName: "mfa-admin-developers" }));
      await auth.iam.send(new CreateAccessKeyCommand(canary));
      // carol is on the roster, but has no user yet.
      await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    carol: {}"));

      const { stdout, stderr } = await admin.succeed("destroy", "--yes");
      // The stranger's user stays, without the stack's group and policy.
      expect(there()).to.eql(["stranger"]);
      await auth.iam.send(new DeleteUserCommand(stranger));
      expect(stdout).to.match(/^Done in \d+\.\d s: 9 deleted, 0 unchanged\.\n$/);
      const lines = stderr.trimEnd().split("\n");
      expect(lines[0]).to.match(/^ {2}- management {2}service control policy mfa-admin-require-mfa {2}\(1\/9\)$/);
      expect(lines).to.have.length(10);
      expect(lines[8]).to.contain("(9/9)");
      expect(lines[9]).to.equal("The settings stay: mfa-admin up makes all of it again.");
      const [first] = admin.sandbox.requests.slice(from).filter(({ action }) => action === "DeleteResource");
      expect(first?.input["TypeName"]).to.equal("AWS::Organizations::Policy");
    });

    it("leaves settings and stack, so that up makes it all again", async () => {
      await admin.editSettings((text) => text.replace("\n    bob: {}\n    carol: {}", ""));
      expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 created, 0 unchanged\.\n$/);
      await expectComplete(admin);
    });

    it("leaves nothing unprotected that up makes again", async () => {
      const { stdout } = await admin.succeed("up", "--yes");
      expect(stdout).to.match(/: 6 unchanged\.\n$/);
      const resources = await admin.resourcesInState();
      expect(resources.filter(({ protect }) => protect === true).map(({ type }) => type)).to.eql([
        "aws-native:organizations:Policy",
      ]);
    });
  });
});
