import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { PutUserPolicyCommand, UpdateAssumeRolePolicyCommand, UpdateUserCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf, type Clients, policy, refusal, trust } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator, type Result } from "../support/harness.ts";
import { underLock } from "../support/state-lock.ts";

describe("whoever has to be shut out now is shut out now", () => {
  let admin: Administrator;
  let applied: string;

  before(async () => {
    admin = await Administrator.withStack({
      developers: ["alice", "bob", "carol", "dave", "erin", "frank", "grace", '"458"'],
    });
    applied = await admin.settings();
  });
  after(() => admin.close());
  afterEach(async () => {
    admin.sandbox.clearFaults();
    await writeFile(admin.settingsFile, applied);
  });

  const sandboxAccount = (): string => admin.sandbox.developmentAccounts["sandbox"] ?? "";

  async function equipped(name: string, { sandbox } = admin): Promise<{ key: Clients; session: Clients }> {
    const developer = await Developer.enrol(sandbox, name);
    const session = await developer.login("sandbox");
    expect(await works(session)).to.equal(true);
    return { key: developer.aws, session };
  }

  async function expectShutOut({ key, session }: { key: Clients; session: Clients }): Promise<void> {
    expect((await refusal(key.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
    expect(await works(session)).to.equal(false);
  }

  it("while another run holds the lock, without the passphrase, and with somebody else's line that will not do", async () => {
    const own = await Administrator.withStack({ passphrase: true, developers: ["alice"] });
    try {
      const alice = await equipped("alice", own);
      await own.editSettings((text) =>
        text.replace("alice: {}", "alice: {}\n    bob: { acounts: [nowhere] }\n    ' ': {}"),
      );
      const { status, stderr } = await underLock(own, () =>
        own.runWith({ env: { PULUMI_CONFIG_PASSPHRASE: undefined } }, "remove-developer", "alice", "--yes"),
      );
      await expectShutOut(alice);
      expect(status).to.equal(1);
      expect(stderr).to.contain("alice: access ended. Deleted: 1 access key, no password, 1 MFA device.");
      expect(stderr).to.contain("Pulumi.main.yaml:");
      expect(stderr).to.contain("All access of alice has ended");
      expect(stderr).to.contain("run mfa-admin remove-developer alice again");
    } finally {
      await own.close();
    }
  });

  it("where the policy that denies everything is refused, at once and without trying again", async () => {
    const bob = await equipped("bob");
    const own = await (await Developer.enrol(admin.sandbox, "carol")).sessionToken();
    // The inline policies that leave no room for another one may allow something.
    const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const anything = policy({ Effect: "Allow", Action: "*", Resource: "*" });
    for (const UserName of ["bob", "carol"]) {
      await auth.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "full", PolicyDocument: anything }));
    }
    admin.sandbox.injectFault({ action: "PutUserPolicy", code: "LimitExceeded", status: 409, times: Infinity });
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.run("remove-developer", "bob", "carol", "--yes");
    // Each half of the removal tries once for each user: a call that is refused for good is not retried.
    const tries = admin.sandbox.requests.slice(from).filter(({ action }) => action === "PutUserPolicy");
    expect(tries).to.have.length.at.most(4);
    await expectShutOut(bob);
    await refusal(own.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "x", PolicyDocument: "{}" })));
    expect(stderr).to.contain("bob: NOT ended: sessions that are open: LimitExceeded");
    // The other half, by the engine, deletes the users all the same.
    expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).not.to.include("bob");
    expect(status).to.equal(1);
  });

  describe("while a development account cannot be reached", () => {
    let dave: { key: Clients; session: Clients };
    let result: Result;
    before(async () => {
      dave = await equipped("dave");
      const { iam } = await administratorOf(admin.sandbox, sandboxAccount());
      await iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: "OrganizationAccountAccessRole",
          PolicyDocument: trust(`arn:aws:iam::${sandboxAccount()}:root`),
        }),
      );
      result = await admin.run("remove-developer", "dave", "--yes");
    });

    it("the user and the other accounts are cut off", async () => {
      const name = (await refusal(dave.key.sts.send(new GetCallerIdentityCommand({})))).name;
      expect(name).to.equal("InvalidClientTokenId");
      expect(result.stderr).to.contain("Sessions ended in payments.");
    });

    it("what was not reached is named, with until when it may last, and the status is 1", () => {
      expect(result.stderr).to.match(
        /dave: NOT ended: sessions in sandbox \(333333333333\), which could not be reached; one that is open there lasts until \d{4}-\S+Z at the latest\. AccessDenied: /,
      );
      expect(result.status).to.equal(1);
    });

    it("a user off the roster who carries the stack's tags is cut off by name", async () => {
      const { key } = await (async () => ({ key: (await Developer.enrol(admin.sandbox, "erin")).aws }))();
      await admin.editSettings((text) => text.replace("    erin: {}\n", ""));
      await admin.run("remove-developer", "erin", "--yes");
      expect((await refusal(key.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
    });
  });

  it("by the state where nothing else says whose the user is, and where an account does not answer", async () => {
    const grace = await Developer.enrol(admin.sandbox, "grace");
    admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("grace")?.tags.clear();
    await admin.editSettings((text) => text.replace("    grace: {}\n", ""));
    const payments = admin.sandbox.developmentAccounts["payments"] ?? "";
    const swallowed = { service: "sts", action: "AssumeRole", resource: payments, code: "", times: Infinity };
    admin.sandbox.injectFault({ ...swallowed, unanswered: true });
    const { status, stderr } = await underLock(admin, () => admin.run("remove-developer", "grace", "--yes"));
    expect((await refusal(grace.aws.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
    expect(stderr).to.match(/^Ending the access of grace in all accounts; a call that is not answered is given up/m);
    expect(stderr).to.match(/grace: NOT ended: sessions in payments .* STS has not answered AssumeRole in time/);
    expect(stderr).to.contain("What works apart from it: mfa-admin revoke-keys grace, mfa-admin reset-mfa grace");
    expect(status).to.equal(1);
  });

  it("as the one that AWS has, where the file's versions of YAML differ on the name", async () => {
    const octal = await Developer.enrol(admin.sandbox, "458");
    await admin.editSettings((text) => text.replace('"458": {}', "0712: {}"));
    const { status, stderr } = await admin.run("remove-developer", "0712", "--yes");
    expect((await refusal(octal.aws.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
    expect(stderr).to.contain("0712 is the user 458 of the auth account.");
    expect(stderr).to.contain('write it in quotes: "0712"');
    expect(status).to.equal(1);
  });

  it("but not whoever is no user of the stack's", async () => {
    admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "stranger", []);
    const { status, stderr } = await admin.run("remove-developer", "stranger", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("stranger is a user of the auth account, but not of this stack");
    expect((await admin.run("remove-developer", "frankk", "--yes")).stderr).to.contain("Did you mean frank?");
  });

  it("nor whoever has a name of the roster in AWS and is somebody else's, who is given nothing either", async () => {
    admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "mallory", []);
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    mallory: {}"));
    for (const command of ["remove-developer", "revoke-keys", "end-sessions"]) {
      const { status, stderr } = await admin.run(command, "mallory", "--yes");
      expect(stderr, command).to.contain(
        "mallory is a user of the auth account, but not of this stack: neither the user's tags nor the state say so.",
      );
      expect(status, command).to.equal(1);
    }
    const passwordFile = join(admin.directory, "mallory.txt");
    const { status, stderr } = await admin.run("reset-password", "mallory", "--yes", "--password-file", passwordFile);
    expect(stderr).to.contain("neither that user's tags nor the state says that it is this stack's");
    expect(status).to.equal(1);
    const mallory = admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("mallory");
    expect(mallory?.inlinePolicies.size).to.equal(0);
  });

  it("and is named, with status 1, where somebody has given the user another name in AWS", async () => {
    const alice = await Developer.enrol(admin.sandbox, "alice");
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await iam.send(new UpdateUserCommand({ UserName: "alice", NewUserName: "alison" }));
    const why =
      "AWS has no user alice any more, and alison, whom neither the roster nor the state knows, has the stack's tags or group: it may be alice under another name.";
    for (const command of ["lock", "end-sessions", "revoke-keys", "reset-mfa", "remove-developer"]) {
      const { status, stdout, stderr } = await admin.run(command, "alice", "--yes", "--json");
      expect(stdout + stderr.replace(/\s+/g, " "), command)
        .to.contain(why)
        .and.to.contain("Run the same command for alison.");
      expect(status, command).to.equal(1);
    }
    await alice.aws.sts.send(new GetCallerIdentityCommand({}));
    const { stderr } = await admin.run("remove-developer", "alison", "--yes");
    expect(stderr).to.contain("alison: access ended. Deleted: 1 access key, no password, 1 MFA device.");
    expect((await refusal(alice.aws.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
  });

  it("and by a name in another case, where the file is no valid YAML below the roster", async () => {
    const frank = await Developer.enrol(admin.sandbox, "frank");
    await writeFile(join(admin.directory, "Pulumi.main.yaml"), `${applied}  broken: [\n`);
    const { status } = await admin.run("remove-developer", "FRANK", "--yes");
    expect(status).to.equal(1);
    expect((await refusal(frank.aws.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
  });
});
