import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  ListAttachedRolePoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { UpdatePolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

import { emptyUser } from "../../infra/offboarding.ts";
import { administratorOf, clients, policy, refusal, trust } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";
import { underLock } from "../support/state-lock.ts";

describe("what other hands have done meanwhile gives, keeps and takes nobody's access unasked", () => {
  let admin: Administrator;
  let applied: string;

  before(async () => {
    admin = await Administrator.withProject({
      developers: ["alice", "bob", "carol", "dave", "erin", "frank"],
    });
    const payments = admin.sandbox.organization.account("444444444444");
    admin.sandbox.userInMemberAccount(payments.id, "mail", []);
    const key = payments.users.get("mail")?.accessKeys[0] ?? expect.fail();
    key.lastUsed = { date: new Date(), service: "ses", region: "us-east-1" };
    const exempt = "  mfa-admin:exempt: { payments/mail: { until: 2099-03-31, reason: no role yet } }\n";
    await admin.editSettings((text) => text.replace("config:\n", `config:\n${exempt}`));
    await admin.succeed("up", "--yes");
    applied = await admin.settings();
  });
  after(() => admin.close());
  afterEach(async () => {
    admin.sandbox.clearFaults();
    letIn(admin.sandbox.managementAccount);
    await writeFile(admin.settingsFile, applied);
  });

  const auth = () => admin.sandbox.organization.account(admin.sandbox.authAccount);
  const shield = () => {
    const policies = [...admin.sandbox.organization.policies.values()];
    return policies.find(({ name }) => name === "mfa-admin-require-mfa") ?? expect.fail();
  };
  /** Sets the account that may assume the access role of the account sandbox. */
  const letIn = (accountId: string): void => {
    const role = admin.sandbox.organization.account("333333333333").roles.get("OrganizationAccountAccessRole");
    if (role !== undefined) role.trustPolicy = trust(`arn:aws:iam::${accountId}:root`);
  };
  const denial = policy({ Effect: "Deny", Action: "*", Resource: "*" });
  /** Runs the first half of a removal: the other half needs the state's lock, which another run holds. */
  const cutOff = (name: string) => underLock(admin, () => admin.run("remove-developer", name, "--yes"));

  it("an exempt user is shut out by consent alone, though a refresh has read the policy back in its own spelling", async () => {
    const content = JSON.parse(shield().content) as { Statement: { Sid: string }[] };
    shield().content = JSON.stringify({ ...content, Statement: [...content.Statement].reverse() });
    await admin.succeed("refresh", "--yes");
    await admin.editSettings((text) => text.replace(/ *mfa-admin:exempt: .*\n/, ""));
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("The service control policy shuts out, unless they carry MFA: payments/mail");
  });

  it("a policy that only denies, or a group of such, stays where somebody has put it, refreshed or not", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const sandbox = await administratorOf(admin.sandbox, "333333333333");
    const block = { PolicyName: "soc-block", PolicyDocument: denial };
    await iam.send(new PutUserPolicyCommand({ UserName: "alice", ...block }));
    await sandbox.iam.send(new PutRolePolicyCommand({ RoleName: "developer-alice", ...block }));
    await iam.send(new CreateGroupCommand({ GroupName: "suspended" }));
    await iam.send(new PutGroupPolicyCommand({ GroupName: "suspended", ...block }));
    await iam.send(new AddUserToGroupCommand({ UserName: "erin", GroupName: "suspended" }));
    const { stdout } = await admin.succeed("refresh", "--yes");
    expect(stdout).to.contain("user alice in auth has what only denies: soc-block.");
    expect(stdout).to.contain("user erin in auth has what only denies: suspended.");
    expect((await admin.succeed("up", "--yes")).stderr).to.contain(
      "user erin in auth has what only denies: suspended.",
    );
    const blocked = (): (boolean | undefined)[] => [
      auth().users.get("alice")?.inlinePolicies.has("soc-block"),
      admin.sandbox.organization.account("333333333333").roles.get("developer-alice")?.inlinePolicies.has("soc-block"),
      [...(auth().users.get("erin")?.groups ?? [])].some(({ name }) => name === "suspended"),
    ];
    expect(blocked()).to.eql([true, true, true]);
    const nobody = await admin.run("up", "--yes", "--lift-denials", "dave");
    expect(nobody.stderr).to.contain("AWS has nothing that only denies on a user or role of dave.");
    await admin.succeed("up", "--yes", "--lift-denials", "alice");
    expect(blocked()).to.eql([false, false, true]);
    await admin.succeed("up", "--yes", "--lift-denials", "erin");
    expect(blocked()).to.eql([false, false, false]);
  });

  it("what only denies stays on a role whose permissions an edit changes, and goes by consent, whoever has made it", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const sandbox = await administratorOf(admin.sandbox, "333333333333");
    const role = { RoleName: "developer-dave" };
    const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
    await sandbox.iam.send(new AttachRolePolicyCommand({ ...role, PolicyArn: denyAll }));
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "frozen", PolicyDocument: denial }));
    const frozen = Policy?.Arn ?? "";
    await iam.send(new AttachUserPolicyCommand({ UserName: "alice", PolicyArn: frozen }));
    const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    await admin.editSettings((text) => text.replace("config:\n", `config:\n  mfa-admin:permissions: [${readOnly}]\n`));
    applied = await admin.settings();
    expect((await admin.succeed("up", "--yes")).stderr).to.contain("has what only denies: AWSDenyAll.");
    const attached = async () =>
      (await sandbox.iam.send(new ListAttachedRolePoliciesCommand(role))).AttachedPolicies?.map((one) => one.PolicyArn);
    expect(await attached()).to.have.members([readOnly, denyAll]);
    await admin.succeed("refresh", "--yes");
    await admin.succeed("up", "--yes", "--lift-denials", "dave", "--lift-denials", "alice");
    expect(await attached()).to.eql([readOnly]);
    expect([...(auth().users.get("alice")?.attachedPolicies ?? [])]).to.eql([]);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("a policy that was renamed is told so, is not taken for one that is gone, and gets its name back", async () => {
    const { organizations } = clients(admin.sandbox);
    const ours = [...admin.sandbox.organization.policies.values()].find(({ awsManaged }) => !awsManaged);
    await organizations.send(new UpdatePolicyCommand({ PolicyId: ours?.id, Name: "mfa" }));
    const { stdout } = await admin.run("preview");
    expect(stdout).to.contain(
      "The service control policy mfa is called so by somebody else than the stack. mfa-admin up puts it right.",
    );
    expect(stdout).not.to.contain("is gone");
    await admin.succeed("up", "--yes");
    expect(ours?.name).to.equal("mfa-admin-require-mfa");
  });

  it("a user whom somebody has deleted is made again, and the roles let the new one in", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await emptyUser(iam, "dave");
    await iam.send(new DeleteUserCommand({ UserName: "dave" }));
    await admin.succeed("up", "--yes");
    expect(await works(await (await Developer.enrol(admin.sandbox, "dave")).login("sandbox"))).to.equal(true);
  });

  it("a user whom somebody has deleted and made again is a stranger, who comes in by --adopt alone, with what the settings give", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const dave = { UserName: "dave" };
    await emptyUser(iam, "dave");
    await iam.send(new DeleteUserCommand(dave));
    await iam.send(new CreateUserCommand(dave));
    await iam.send(new AttachUserPolicyCommand({ ...dave, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }));
    const fact = "AWS has already, but not from this stack: user dave in auth.";
    const { stdout } = await admin.succeed("preview");
    expect(stdout).to.contain(`! ${fact} mfa-admin up refuses this unless it is run with --adopt.`);
    expect(stdout).to.not.contain("mfa-admin up puts it right");
    expect((await admin.run("refresh", "--preview-only")).stdout).to.contain(fact);
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.run("up", "--yes");
    expect({ status, changes: admin.changesSince(from) }).to.eql({ status: 1, changes: [] });
    expect(stderr).to.contain(`Error: ${fact}\nNothing was changed.`);
    expect((await admin.succeed("preview", "--adopt")).stdout).to.match(
      /^ {2}~ auth +user dave: taken into the stack\n +loses policy AdministratorAccess$/m,
    );
    await admin.succeed("up", "--yes", "--adopt");
    const { attachedPolicies = [], groups = [] } = auth().users.get("dave") ?? {};
    expect([[...attachedPolicies], [...groups].map(({ name }) => name)]).to.eql([[], ["mfa-admin-developers"]]);
    expect(await works(await (await Developer.enrol(admin.sandbox, "dave")).login("sandbox"))).to.equal(true);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("sessions stay dead where the cut-off is the one that docs/emergency.md has", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const carol = await Developer.enrol(admin.sandbox, "carol");
    const own = await carol.sessionToken();
    await iam.send(
      new PutUserPolicyCommand({ UserName: "carol", PolicyName: "AWSRevokeOlderSessions", PolicyDocument: denial }),
    );
    await admin.succeed("up", "--yes", "--lift-denials", "carol");
    expect((await refusal(own.iam.send(new GetUserCommand({ UserName: "carol" })))).name).to.equal("AccessDenied");
  });

  it("add-developer takes no quarantine off", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const PolicyArn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    await iam.send(new AttachUserPolicyCommand({ UserName: "carol", PolicyArn }));
    await admin.editSettings((text) => text.replace("    carol: {}\n", ""));
    const { status, stderr } = await admin.run("add-developer", "carol", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("AWS has put user carol in auth under quarantine");
    expect([...(auth().users.get("carol")?.attachedPolicies ?? [])]).to.include(PolicyArn);
    auth().users.get("carol")?.attachedPolicies.delete(PolicyArn);
  });

  it("sessions that a removal has ended stay dead when it is taken back, also account by account", async () => {
    const bob = await Developer.enrol(admin.sandbox, "bob");
    const [own, session] = [await bob.sessionToken(), await bob.login("payments")];
    await cutOff("bob");
    await writeFile(admin.settingsFile, applied);
    letIn("333333333333");
    expect((await admin.run("up", "--yes", "--lift-denials", "bob")).stderr).to.contain("Let in again: bob.");
    letIn(admin.sandbox.managementAccount);
    await admin.succeed("up", "--yes", "--lift-denials", "bob");
    expect(await works(session)).to.equal(false);
    expect((await refusal(own.iam.send(new GetUserCommand({ UserName: "bob" })))).name).to.equal("AccessDenied");
    admin.sandbox.clock.advance(6);
    const again = await Developer.enrol(admin.sandbox, "bob");
    expect(await works(await again.login("sandbox"))).to.equal(true);
  });

  it("what a run was making when it died is not forgotten by a refresh that finds what ends sessions", async () => {
    await admin.succeed("end-sessions", "alice", "--yes");
    await admin.unfinish("creating", "dave@payments");
    const { stderr } = await admin.succeed("refresh", "--yes");
    expect(stderr).to.contain("Taking into the stack what AWS has already: role developer-dave (payments).");
    await admin.editSettings((roster) => roster.replace("    dave: {}", "    dave: { accounts: [sandbox] }"));
    applied = await admin.settings();
    await admin.succeed("up", "--yes");
    expect(admin.sandbox.organization.account("444444444444").roles.names).to.not.include("developer-dave");
  });

  it("what a run was deleting when it died, and AWS has deleted since, is made again where the settings have it again", async () => {
    await admin.unfinish("deleting", "dave@sandbox");
    const { roles } = admin.sandbox.organization.account("333333333333");
    roles.remove(roles.get("developer-dave") ?? expect.fail());
    const { stdout } = await admin.succeed("up", "--yes");
    expect(stdout).to.contain(": 1 created, ");
    expect(roles.names).to.include("developer-dave");
  });

  it("a role that only the state names is ended, too, and the line in another case leaves the roster", async () => {
    const frank = await Developer.enrol(admin.sandbox, "frank");
    const session = await frank.login("sandbox");
    letIn("333333333333");
    await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:rolePrefix: engineer\n"));
    await admin.run("up", "--yes");
    letIn(admin.sandbox.managementAccount);
    await admin.editSettings((text) => text.replace("    frank: {}", "    Frank: {}"));
    expect(await works(session)).to.equal(true);
    await cutOff("frank");
    expect(await works(session)).to.equal(false);
    expect(String(await admin.roster())).to.not.match(/frank/i);
    applied = applied.replace("    frank: {}\n", "");
  });

  it("whoever is removed while an account is out of reach and added again can log in there", async () => {
    await admin.succeed("up", "--yes");
    letIn("333333333333");
    await admin.run("remove-developer", "erin", "--yes");
    await admin.run("add-developer", "erin", "--yes");
    letIn(admin.sandbox.managementAccount);
    expect((await admin.succeed("preview")).stdout).to.contain(
      "! role developer-erin in sandbox: the trust policy names a user who was deleted, by the id that is left of the name, so that erin cannot log in there. mfa-admin up puts it right.",
    );
    await admin.succeed("up", "--yes");
    expect(await works(await (await Developer.enrol(admin.sandbox, "erin")).login("sandbox"))).to.equal(true);
    applied = await admin.settings();
  });

  it("up does not go on with settings that have changed while it waited for another run", async () => {
    await admin.editSettings((text) => text.replace("    alice: {}\n", "    alice: {}\n    gina: {}\n"));
    const { status, stderr } = await underLock(admin, (release) => {
      const meanwhile = async (): Promise<void> => {
        await setTimeout(1500);
        await writeFile(admin.settingsFile, applied);
        await release();
      };
      return admin.runWith({ meanwhile }, "up", "--yes", "--lock-timeout", "2m");
    });
    expect(status).to.equal(1);
    expect(stderr).to.contain("Pulumi.main.yaml has changed while this waited for another run.");
    expect(auth().users.names).to.not.include("gina");
  });

  describe("where AWS refuses to list", () => {
    it("keys go without their last use, and devices without those that nobody has", async () => {
      const alice = await Developer.enrol(admin.sandbox, "alice");
      for (const action of ["GetAccessKeyLastUsed", "ListVirtualMFADevices", "GetUserPolicy"]) {
        admin.sandbox.injectFault({ action, code: "AccessDenied", status: 403, times: Infinity });
      }
      await admin.succeed("revoke-keys", "alice", "--end-sessions", "--yes");
      await admin.succeed("reset-mfa", "alice", "--end-sessions", "--yes");
      expect((await refusal(alice.aws.iam.send(new GetUserCommand({})))).name).to.equal("InvalidClientTokenId");
    });

    it("sessions are ended all the same, and a key whose id is known is deleted", async () => {
      const { accessKeyId, secretAccessKey } = (await Developer.enrol(admin.sandbox, "alice")).accessKey;
      admin.sandbox.injectFault({ action: "ListAccessKeys", code: "AccessDenied", status: 403, times: Infinity });
      const named = ["revoke-keys", "alice", "--yes", "--key"];
      const unknown = await admin.run(...named, "AKIANOBODYSKEY234567");
      expect(unknown.stderr).to.contain("alice has no access key AKIANOBODYSKEY234567.");
      expect(unknown.status).to.equal(1);
      expect((await admin.succeed(...named, accessKeyId)).stdout).to.contain(`Deleted of alice: ${accessKeyId}.`);
      const own = clients(admin.sandbox, { accessKeyId, secretAccessKey });
      expect((await refusal(own.iam.send(new GetUserCommand({})))).name).to.equal("InvalidClientTokenId");
      const { status, stderr } = await admin.run("revoke-keys", "alice", "--end-sessions", "--yes");
      expect(stderr).to.contain("alice: NOT deleted: the access keys: AccessDenied");
      expect(stderr).to.contain("ended: the user's own");
      expect(status).to.equal(1);
    });
  });

  it("a user who was taken in from AWS is emptied before the deletion like any other", async () => {
    admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "zoe", [
      "arn:aws:iam::aws:policy/AdministratorAccess",
    ]);
    await admin.editSettings((text) => text.replace("    alice: {}\n", "    alice: {}\n    zoe: {}\n"));
    admin.sandbox.injectFault({ action: "UpdateResource", code: "AccessDenied", status: 403, times: 8 });
    expect((await admin.run("up", "--yes", "--adopt")).status).to.equal(1);
    admin.sandbox.clearFaults();
    await writeFile(admin.settingsFile, applied);
    await admin.succeed("up", "--yes");
    expect(auth().users.names).to.not.include("zoe");
  });
});
