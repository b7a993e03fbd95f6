import {
  AttachUserPolicyCommand,
  CreateLoginProfileCommand,
  CreateServiceSpecificCredentialCommand,
  DeactivateMFADeviceCommand,
  GetUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UploadSSHPublicKeyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";

import { administratorOf, type Clients, policy, refusal } from "../sandbox/testing.ts";
import { Developer, enrolAndLogin, works } from "../support/developer.ts";
import { Administrator, type Result } from "../support/harness.ts";

/** A developer with every kind of credential, and with open sessions. */
interface Equipped {
  developer: Developer;
  roleSession: Clients;
  ownSession: Clients;
}

describe("removing developers", () => {
  let admin: Administrator;
  let auth: Clients;
  const equipped: Record<string, Equipped> = {};

  /** Gives a developer everything that prevents the deletion of a user or a role, whoever makes it. */
  async function equip(name: string): Promise<Equipped> {
    const developer = await Developer.enrol(admin.sandbox, name);
    const user = { UserName: name };
    await auth.iam.send(
      new CreateLoginProfileCommand({ ...user, Password: "An initial 1!", PasswordResetRequired: true }),
    );
    await auth.iam.send(new AttachUserPolicyCommand({ ...user, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }));
    const anything = policy({ Effect: "Allow", Action: "iam:GetUser", Resource: "*" });
    await auth.iam.send(new PutUserPolicyCommand({ ...user, PolicyName: "extra", PolicyDocument: anything }));
    await auth.iam.send(new UploadSSHPublicKeyCommand({ ...user, SSHPublicKeyBody: "ssh-rsa AAAA" }));
    await auth.iam.send(
      new CreateServiceSpecificCredentialCommand({ ...user, ServiceName: "codecommit.amazonaws.com" }),
    );
    const sandbox = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
    await sandbox.iam.send(
      new PutRolePolicyCommand({ RoleName: `developer-${name}`, PolicyName: "extra", PolicyDocument: anything }),
    );
    const [ownSession, roleSession] = [await developer.sessionToken(), await developer.login("sandbox")];
    await ownSession.iam.send(new GetUserCommand({}));
    expect(await works(roleSession)).to.equal(true);
    return { developer, ownSession, roleSession };
  }

  /** Expects that nothing of the developer is left in any account, and that nothing they hold works any more. */
  async function expectGone(name: string): Promise<void> {
    const { sandbox } = admin;
    for (const { id, users, roles, virtualMfaDevices } of sandbox.organization.accounts.values()) {
      const left = [users.get(name)?.name, roles.get(`developer-${name}`)?.name, virtualMfaDevices.get(name)?.name];
      expect(left, id).to.eql([undefined, undefined, undefined]);
    }
    const { developer, ownSession, roleSession } = equipped[name] ?? expect.fail(name);
    expect((await refusal(developer.aws.iam.send(new GetUserCommand({})))).name).to.match(/InvalidClientTokenId/);
    expect((await refusal(ownSession.iam.send(new GetUserCommand({})))).name).to.match(
      /InvalidClientTokenId|AccessDenied/,
    );
    expect(await works(roleSession)).to.equal(false);
    expect(await admin.roster()).not.to.include(name);
  }

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob", "carol", "dave"] });
    auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    for (const name of ["bob", "carol", "dave"]) equipped[name] = await equip(name);
  });
  after(() => admin.close());

  describe("by remove-developer, several at once", () => {
    let result: Result;
    let from: number;
    let carolBefore: boolean;

    before(async () => {
      from = admin.sandbox.requests.length;
      result = await admin.run("remove-developer", "bob", "dave", "--yes");
      carolBefore = await works(equipped["carol"]?.roleSession ?? expect.fail());
    });

    it("leaves nothing of them, whatever they or an administrator had made", async () => {
      expect(result.status, result.stderr).to.equal(0);
      await expectGone("bob");
      await expectGone("dave");
    });

    it("ends all access before the engine starts", () => {
      const requests = admin.sandbox.requests.slice(from);
      const firstOfEngine = requests.findIndex(({ service }) => service === "cloudcontrol");
      const before = requests.slice(0, firstOfEngine);
      for (const name of ["bob", "dave"]) {
        const asked = before.filter(({ input }) => input["UserName"] === name).map(({ action }) => action);
        const done = asked.filter((action) => action !== "GetUser");
        expect(done[0]).to.equal("PutUserPolicy");
        expect(done).to.include.members([
          "UpdateAccessKey",
          "DeleteAccessKey",
          "DeleteLoginProfile",
          "DeactivateMFADevice",
        ]);
        expect(done.indexOf("UpdateAccessKey")).to.be.lessThan(done.indexOf("DeleteAccessKey"));
        const roles = before.filter(
          ({ action, input }) => action === "PutRolePolicy" && input["RoleName"] === `developer-${name}`,
        );
        expect([...new Set(roles.map(({ accountId }) => accountId))]).to.have.members(
          Object.values(admin.sandbox.developmentAccounts),
        );
      }
    });

    it("says so before the first line of progress, and what was deleted", () => {
      const lines = result.stderr.split("\n");
      expect(lines.slice(0, 2)).to.have.members(
        ["bob", "dave"].map(
          (name) =>
            `${name}: access ended. Deleted: 1 access key, the password, 1 MFA device. Sessions ended in sandbox, payments.`,
        ),
      );
      expect(lines[2]).to.match(
        /^All access was ended in \d+\.\d s\. Now 2 users and 4 roles \(in payments, sandbox\) are deleted\.$/,
      );
      expect(lines[3]).to.match(/^ {2}- /);
      expect(result.stdout).to.match(/^Done in \d+\.\d s: 6 deleted, 9 unchanged\.\n$/);
    });

    it("leaves the others alone", async () => {
      expect(carolBefore).to.equal(true);
      expect(await enrolAndLogin(admin.sandbox, "alice")).to.equal(true);
    });
  });

  describe("by an edited settings file and up", () => {
    it("ends the same: nothing of them is left, not even a device that is not enabled, and nothing they hold works", async () => {
      const SerialNumber = `arn:aws:iam::${admin.sandbox.authAccount}:mfa/carol`;
      await auth.iam.send(new DeactivateMFADeviceCommand({ UserName: "carol", SerialNumber }));
      await admin.editSettings((text) => text.replace(/ {4}carol: .*\n/, ""));
      const from = admin.sandbox.requests.length;
      await admin.succeed("up", "--yes");
      await expectGone("carol");
      const done = admin.changesSince(from).filter(({ input }) => input["UserName"] === "carol");
      expect(done[0]?.action).to.equal("PutUserPolicy");
    });
  });

  describe("and adding again", () => {
    it("a name may be given to somebody else later, who can enrol and log in", async () => {
      await admin.succeed("add-developer", "bob", "--yes");
      equipped["bob"] = await equip("bob");
    });

    it("a removal that is broken off has ended all access, and add-developer lets in again", async () => {
      admin.sandbox.injectFault({
        service: "cloudcontrol",
        action: "DeleteResource",
        code: "AccessDenied",
        handlerErrorCode: "AccessDenied",
        times: 2,
      });
      const { status, stderr } = await admin.run("remove-developer", "bob", "--yes");
      expect({ status, stderr }).to.deep.include({ status: 1 });
      expect(stderr).to.contain("bob: access ended.");
      const { roles } = admin.sandbox.organization.account(admin.sandbox.developmentAccounts["sandbox"] ?? "");
      expect(roles.get("developer-bob")).not.to.equal(undefined);
      expect(await works(equipped["bob"]?.roleSession ?? expect.fail())).to.equal(false);

      await admin.succeed("add-developer", "bob", "--yes");
      expect(await enrolAndLogin(admin.sandbox, "bob")).to.equal(true);
    });
  });
});
