import {
  CreateUserCommand,
  DeleteUserCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";

import { administratorOf, type Clients, policy, refusal } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

describe("ending the live sessions of a developer", () => {
  let admin: Administrator;
  let auth: Clients;
  let sandbox: Clients;
  let alice: Developer;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    sandbox = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
    alice = await Developer.enrol(admin.sandbox, "alice");
  });
  after(() => admin.close());
  afterEach(() => {
    admin.sandbox.clearFaults();
  });

  const ownWorks = async (session: Clients): Promise<boolean> => {
    try {
      await session.iam.send(new GetUserCommand({}));
      return true;
    } catch {
      return false;
    }
  };
  const revocation = async (): Promise<string> => {
    const named = { RoleName: "developer-alice", PolicyName: "AWSRevokeOlderSessions" };
    const { PolicyDocument = "" } = await sandbox.iam.send(new GetRolePolicyCommand(named));
    return decodeURIComponent(PolicyDocument);
  };

  it("ends those of the role and the user's own, in every account, and deletes nothing", async () => {
    const [own, inSandbox, inPayments] = [
      await alice.sessionToken(),
      await alice.login("sandbox"),
      await alice.login("payments"),
    ];
    expect([await ownWorks(own), await works(inSandbox), await works(inPayments)]).to.eql([true, true, true]);
    const from = admin.sandbox.requests.length;
    const { stderr, stdout } = await admin.succeed("end-sessions", "alice", "--yes");
    expect(admin.changesSince(from).map(({ action }) => action)).not.to.include.members(["DeleteAccessKey"]);
    expect([await ownWorks(own), await works(inSandbox), await works(inPayments)]).to.eql([false, false, false]);
    expect([...new Set(admin.changesSince(from).map(({ action }) => action))]).to.include.members([
      "PutUserPolicy",
      "PutRolePolicy",
    ]);
    expect(stderr).to.match(
      /^alice: sessions made before \S+Z ended: the user's own, and those of the role in sandbox, payments\.$/m,
    );
    expect(stdout).to.contain("keys, password and MFA devices are as they were");
  });

  it("lets the developer in again, with the same key and device", async () => {
    expect(await works(await alice.login("sandbox"))).to.equal(true);
    expect(await ownWorks(await alice.sessionToken())).to.equal(true);
  });

  it("is no drift, and no run takes it back", async () => {
    const before = await revocation();
    const drift = await admin.run("refresh", "--preview-only", "--exit-code");
    expect(drift.status, drift.stdout + drift.stderr).to.equal(0);
    await admin.succeed("refresh", "--yes");
    expect((await admin.run("preview", "--exit-code")).status).to.equal(0);
    await admin.succeed("up", "--yes");
    expect(await revocation()).to.equal(before);
  });

  it("is not what a policy of that name is taken for which allows something", async () => {
    const named = { RoleName: "developer-bob", PolicyName: "AWSRevokeOlderSessions" };
    const anything = policy({ Effect: "Allow", Action: "*", Resource: "*" });
    await sandbox.iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: anything }));
    expect((await admin.run("refresh", "--preview-only", "--exit-code")).status).to.equal(2);
    await admin.succeed("end-sessions", "bob", "--yes");
  });

  it("names what AWS refuses, ends the rest, and ends with 1", async () => {
    const session = await alice.login("sandbox");
    admin.sandbox.injectFault({ action: "PutUserPolicy", code: "AccessDenied", status: 403, times: Infinity });
    const { status, stderr } = await admin.run("end-sessions", "alice", "--yes");
    expect(status).to.equal(1);
    expect(await works(session)).to.equal(false);
    const refused = /alice: NOT ended: the user's own sessions, until \S+Z at the latest\. AccessDenied/;
    expect(stderr).to.match(refused);
    const asJson = await admin.run("end-sessions", "alice", "--yes", "--json");
    expect([asJson.status, asJson.stdout]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("what was not is told above"),
    );
    expect(asJson.stderr).to.match(refused);
  });

  it("says that there is no such user, and ends with 1, where only the roster has the name", async () => {
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    ghost: {}"));
    const { status, stdout, stderr } = await admin.run("end-sessions", "ghost", "--yes");
    expect({ status, stdout }).to.eql({ status: 1, stdout: "" });
    expect(stderr).to.contain("ghost: the auth account 222222222222 has no such user.\nghost: no session was ended.\n");
    expect(stderr).to.contain(
      "Error: The account 222222222222 has no user ghost, whose own sessions could have been ended.",
    );
    const removed = await admin.succeed("remove-developer", "ghost", "--yes");
    expect(removed.stderr)
      .to.contain("ghost: has no user and no role, so there is no access to end.")
      .and.to.not.contain("All access was ended");
  });

  it("ends them in the auth account that the stack has, where an edit of it is not applied", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace('authAccount: "222222222222"', 'authAccount: "333333333333"'));
    const own = await alice.sessionToken();
    const { stderr } = await admin.succeed("end-sessions", "alice", "--yes");
    expect(await ownWorks(own)).to.equal(false);
    expect(stderr).to.contain(
      "By the state, alice is a user of the account 222222222222, and authAccount is 333333333333: what is done is done in 222222222222.\n",
    );
    // A user with the stack's tags is acted on before the state is read.
    const other = await administratorOf(admin.sandbox, "333333333333");
    const Tags = [{ Key: "mfa-admin:role-prefix", Value: "developer" }];
    await other.iam.send(new CreateUserCommand({ UserName: "alice", Tags }));
    const reset = await admin.run("reset-mfa", "alice", "--yes");
    expect(reset.status, reset.stderr).to.equal(1);
    expect(reset.stderr.replace(/\s+/g, " "))
      .to.contain("By the state, alice is a user of the account 222222222222, where nothing was done.")
      .and.to.contain('Run the command again with authAccount: "222222222222" in the settings.');
    await other.iam.send(new DeleteUserCommand({ UserName: "alice" }));
    await admin.editSettings(() => settings);
  });

  it("weakens nothing for who is shut out altogether", async () => {
    const everything = policy({ Sid: "DenyEverything", Effect: "Deny", Action: "*", Resource: "*" });
    const named = { UserName: "bob", PolicyName: "AWSRevokeOlderSessions" };
    await auth.iam.send(new PutUserPolicyCommand({ ...named, PolicyDocument: everything }));
    const bob = admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("bob");
    await admin.succeed("end-sessions", "bob", "--yes");
    expect(bob?.inlinePolicies.get("AWSRevokeOlderSessions")).to.equal(everything);
  });

  it("goes with revoke-keys and reset-mfa, which say what lives on without it", async () => {
    const session = await alice.login("sandbox");
    const without = await admin.succeed("reset-mfa", "alice", "--yes");
    expect(without.stderr).to.match(
      /sessions already open may last until \S+Z, .* mfa-admin end-sessions alice ends them/,
    );
    expect(await works(session)).to.equal(true);
    admin.sandbox.injectFault({ action: "DeleteAccessKey", code: "AccessDenied", status: 403, times: 1 });
    const refused = await admin.run("revoke-keys", "alice", "--end-sessions", "--yes");
    expect(await works(session)).to.equal(false);
    expect(refused.stderr).to.match(/alice: NOT deleted: the access key AKIA\w+: AccessDenied: .* It is inactive\./);
    expect(refused.stderr).to.contain("mfa-admin remove-developer alice, mfa-admin reset-mfa alice");
    expect(refused.status).to.equal(1);
    await admin.succeed("revoke-keys", "alice", "--end-sessions", "--yes");
    expect((await refusal(alice.aws.iam.send(new GetUserCommand({})))).name).to.equal("InvalidClientTokenId");
  });
});
