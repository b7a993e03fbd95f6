import { AttachUserPolicyCommand, PutRolePolicyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { setTimeout } from "node:timers/promises";

import { administratorOf, type Clients, clients, policy } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";
import { dayEndingIn } from "../support/day.ts";
import { underLock } from "../support/state-lock.ts";
import { Workstation } from "../support/workstation.ts";

const names = ["alice", "bob", "carol"];
const quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2";

describe("locking developers", () => {
  let admin: Administrator;
  let alice: Workstation;
  let auth: Clients;

  before(async () => {
    admin = await Administrator.withStack({ developers: names });
    auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    alice = await Workstation.enrolled(admin);
  });
  after(() => admin.close());
  afterEach(() => {
    admin.sandbox.clearFaults();
  });

  const login = ["login", "--account", "sandbox"];
  const idOf = (account: string): string => admin.sandbox.developmentAccounts[account] ?? "";
  const user = (name: string) =>
    admin.sandbox.organization.account(admin.sandbox.authAccount).users.get(name) ?? expect.fail();
  const role = (account: string, name: string) =>
    admin.sandbox.organization.account(idOf(account)).roles.get(`developer-${name}`) ?? expect.fail();
  const locksOf = (name: string): string[] =>
    [user(name), role("sandbox", name), role("payments", name)].flatMap(({ inlinePolicies }) =>
      [...inlinePolicies.keys()].filter((key) => key.startsWith("mfa-admin-lock")),
    );
  const dev = async (): Promise<boolean> => works(clients(admin.sandbox, await alice.profile("dev")));

  describe("one of them", () => {
    it("shuts the user, the key and open sessions out in every account, and touches nothing else", async () => {
      await alice.succeed(...login, alice.nextCode());
      expect(await dev()).to.equal(true);
      const [keys, settings, from] = [
        [...user("alice").accessKeys],
        await admin.settings(),
        admin.sandbox.requests.length,
      ];
      const { stdout } = await admin.succeed("lock", "alice", "--reason", "lost laptop", "--yes");
      expect(stdout).to.equal(
        "alice is locked: user alice in auth, role developer-alice in sandbox and payments. Keys, password and MFA devices are as they were; mfa-admin unlock alice lets alice in again.\n",
      );
      expect(await dev()).to.equal(false);
      expect([...new Set(admin.changesSince(from).map(({ action }) => action))]).to.have.members([
        "PutUserPolicy",
        "PutRolePolicy",
      ]);
      expect([[...user("alice").accessKeys], await admin.settings()]).to.eql([keys, settings]);
      expect(user("alice").mfaDevices).to.have.length(1);
    });

    it("is what login and whoami say, and that nothing has to be made anew", async () => {
      const { status, stderr } = await alice.run(...login, alice.nextCode());
      expect(status).to.equal(1);
      expect(stderr).to.contain("your access is locked (mfa-admin lock)").and.to.contain("with an explicit deny");
      expect(stderr).to.contain(
        "Ask an administrator: mfa-admin unlock, or mfa-admin extend where it is over, lets you in again.",
      );
      expect((await alice.run("whoami")).stderr).to.contain("your access is locked");
    });

    it("is told by list and preview, is no drift and no broken promise, and outlives refresh and up", async () => {
      expect((await admin.run("verify", "--exit-code")).status).to.equal(0);
      const told =
        /alice is locked since \S+Z \(lost laptop\): nothing at all is allowed to alice\. mfa-admin unlock alice/;
      const list = await admin.succeed("list");
      expect(list.stdout).to.match(told).and.to.contain("alice (locked)");
      expect((await admin.succeed("preview")).stdout).to.match(told);
      const drift = await admin.run("refresh", "--preview-only", "--exit-code");
      expect(drift.status, drift.stdout + drift.stderr).to.equal(0);
      expect(drift.stdout).to.match(told);
      await admin.succeed("refresh", "--yes");
      // This edit has up write each role anew.
      await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:sessionDuration: 7200\n"));
      const { stderr } = await admin.succeed("up", "--yes");
      expect(stderr).to.match(told);
      expect(locksOf("alice")).to.eql(["mfa-admin-lock", "mfa-admin-lock", "mfa-admin-lock"]);
      expect((await alice.run("whoami")).status).to.equal(1);
    });

    it("stays through what else is done about the person", async () => {
      await admin.succeed("end-sessions", "alice", "--yes");
      const { stderr } = await admin.succeed("reset-password", "alice", "--password-file", "password", "--yes");
      expect(stderr).to.match(/Note: alice is locked since \S+, and stays so until mfa-admin unlock alice\./);
      expect(locksOf("alice")).to.have.length(3);
    });

    it("is over by unlock: a login works at once, and sessions from before stay ended", async () => {
      // end-sessions also ends sessions of the next seconds.
      admin.sandbox.clock.advance(5);
      const { stdout } = await admin.succeed("unlock", "alice", "--yes");
      expect(stdout).to.equal(
        "Unlocked: role developer-alice in sandbox and payments, user alice in auth. Sessions from before stay ended; a login works at once, with the same key and device.\n",
      );
      expect(locksOf("alice")).to.eql([]);
      expect(await dev()).to.equal(false);
      await alice.succeed(...login, alice.nextCode());
      expect(await dev()).to.equal(true);
      const again = await admin.succeed("unlock", "alice", "--yes");
      expect(again.stdout).to.equal("alice is not locked; there is nothing to take off.\n");
    });

    it("ends by itself with --until, and old sessions do not live again", async () => {
      await admin.succeed("lock", "alice", "--until", dayEndingIn(120, admin.sandbox.clock.now()), "--yes");
      expect(await dev()).to.equal(false);
      admin.sandbox.clock.advance(180);
      expect(await dev()).to.equal(false);
      expect((await alice.run(...login, alice.nextCode())).status).to.equal(0);
      await admin.succeed("unlock", "alice", "--yes");
    });

    it("names what AWS refuses, locks the rest, ends with 1, and is finished by the same command", async () => {
      const fault = { action: "PutRolePolicy", accountId: idOf("payments"), times: Infinity };
      admin.sandbox.injectFault({ ...fault, code: "LimitExceeded", status: 409 });
      const { status, stderr } = await admin.run("lock", "bob", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain(
        `bob: NOT done: lock on role developer-bob in payments (${idOf("payments")}): LimitExceeded`,
      );
      expect(locksOf("bob")).to.have.length(2);
      const asJson = await admin.run("lock", "bob", "--yes", "--json");
      expect([asJson.status, asJson.stderr]).to.eql([1, stderr.slice(0, stderr.indexOf("Error: "))]);
      expect(asJson.stdout).to.contain("what was not is told above");
      admin.sandbox.clearFaults();
      admin.sandbox.injectFault({ action: "DeleteRolePolicy", code: "AccessDenied", status: 403, times: Infinity });
      const unlocking = await admin.run("unlock", "bob", "--yes", "--json");
      expect(unlocking.status).to.equal(1);
      expect(unlocking.stderr).to.contain("bob: NOT done: unlock on role developer-bob in sandbox");
      admin.sandbox.clearFaults();
      await admin.succeed("lock", "bob", "--yes");
      expect(locksOf("bob")).to.have.length(3);
    });

    it("leaves its reason out where a user's inline policies have no room for it", async () => {
      await admin.succeed("unlock", "bob", "--yes");
      const notes = policy({ Effect: "Deny", Action: "iam:Nothing", Resource: "n".repeat(1100) });
      await auth.iam.send(new PutUserPolicyCommand({ UserName: "bob", PolicyName: "notes", PolicyDocument: notes }));
      const { stdout, stderr } = await admin.succeed("lock", "bob", "--reason", "a".repeat(450), "--yes");
      expect(stderr).to.contain(
        "Locked without the reason, for which AWS's quota of inline policies leaves no room: user bob in auth.",
      );
      expect(stdout).to.contain("bob is locked: user bob in auth, role developer-bob in sandbox and payments.");
      expect(locksOf("bob")).to.have.length(3);
      expect((await admin.succeed("unlock", "bob", "--yes")).stdout).to.contain("user bob in auth");
      user("bob").inlinePolicies.delete("notes");
    });

    for (const [flag, told] of [
      [["bob", "--until", "2027-02-29"], "--until 2027-02-29: there is no day 2027-02-29."],
      [["bob", "--until", ""], "--until : this must be a day, YYYY-MM-DD"],
      [["bob", "--until", "tomorrow"], "--until tomorrow: this must be a day, YYYY-MM-DD"],
      [["bob", "--until", "2020-01-01"], "--until 2020-01-01: that was over at 2020-01-02T00:00:00Z."],
      [["bob", "--reason", "a".repeat(500)], "--reason: a reason has 450 characters at most"],
      [["bob", "--all"], "bob and --all are two things."],
      [[], "No developer is named."],
      [["nobody"], "nobody is not in the roster."],
    ] as const) {
      it(`refuses ${flag.join(" ").slice(0, 40) || "no name"}`, async () => {
        const from = admin.sandbox.requests.length;
        const { status, stderr } = await admin.run("lock", ...flag, "--yes");
        expect(status).to.equal(1);
        expect(stderr).to.contain(told);
        expect(admin.changesSince(from)).to.eql([]);
      });
    }
  });

  describe("while a run is under way, which may write the user without knowing of it,", () => {
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await setTimeout(20);
    };

    it("lock is in force at once, and is put again until the run has ended", async () => {
      await admin.succeed("unlock", "bob", "--yes");
      const { stdout, stderr } = await underLock(admin, async (release) => {
        const meanwhile = async (): Promise<void> => {
          await until(() => locksOf("bob").length === 3);
          await setTimeout(300);
          user("bob").inlinePolicies.delete("mfa-admin-lock");
          await release();
        };
        return admin.runWith({ meanwhile }, "lock", "bob", "--yes");
      });
      expect(locksOf("bob")).to.have.length(3);
      expect(stdout).to.match(/^bob is locked: user bob in auth/);
      expect(stderr).to.match(/A run is under way: x@.*, which may undo this without knowing of it/);
      expect(stderr).to.contain("The run has ended, and this is in force.");
      await admin.succeed("unlock", "bob", "--yes");
    });

    it("and so are sessions ended again", async () => {
      const ends = (): boolean => user("bob").inlinePolicies.has("AWSRevokeOlderSessions");
      user("bob").inlinePolicies.delete("AWSRevokeOlderSessions");
      const { status } = await underLock(admin, async (release) => {
        const meanwhile = async (): Promise<void> => {
          await until(ends);
          await setTimeout(300);
          user("bob").inlinePolicies.delete("AWSRevokeOlderSessions");
          await release();
        };
        return admin.runWith({ meanwhile }, "end-sessions", "bob", "--yes");
      });
      expect([status, ends()]).to.eql([0, true]);
    });

    it("where nobody can see whether one is, that is told, and the lock is in force", async () => {
      const env = { PULUMI_BACKEND_URL: "https://127.0.0.1:9", PULUMI_ACCESS_TOKEN: "none" };
      const { status, stderr } = await admin.runWith({ env }, "lock", "bob", "--yes");
      expect([status, locksOf("bob").length]).to.eql([0, 3]);
      expect(stderr).to.contain("Whether a run of the stack is under way could not be seen");
      expect(stderr).to.contain("run mfa-admin lock bob again after it");
      await admin.succeed("unlock", "bob", "--yes");
    });

    it("nor is it seen in buckets whose locks only Pulumi reads", async () => {
      const { status, stderr } = await admin.runWith(
        { env: { PULUMI_BACKEND_URL: "azblob://state" } },
        ...["lock", "bob", "--yes"],
      );
      expect([status, locksOf("bob").length]).to.eql([0, 3]);
      expect(stderr).to.contain("could not be seen (only Pulumi sees the locks in azblob://state).");
      await admin.succeed("unlock", "bob", "--yes");
    });
  });

  describe("unlock", () => {
    it("leaves AWS's quarantine and what somebody else has put there, and names it", async () => {
      const mine = policy({ Effect: "Deny", Action: "s3:*", Resource: "*" });
      await auth.iam.send(new PutUserPolicyCommand({ UserName: "bob", PolicyName: "hr-hold", PolicyDocument: mine }));
      await auth.iam.send(new AttachUserPolicyCommand({ UserName: "bob", PolicyArn: quarantine }));
      const { stderr } = await admin.succeed("unlock", "bob", "--yes");
      expect(stderr).to.contain(
        "bob is shut out all the same, by AWSCompromisedKeyQuarantineV2 and hr-hold, which stays. AWS has put it there for a key that was found in public: run mfa-admin revoke-keys.",
      );
      expect([...user("bob").attachedPolicies]).to.eql([quarantine]);
      expect([...user("bob").inlinePolicies.keys()])
        .to.include("hr-hold")
        .and.to.not.include("mfa-admin-lock");
      user("bob").attachedPolicies.clear();
      user("bob").inlinePolicies.delete("hr-hold");
    });

    it("takes no policy off that has only the name of a lock", async () => {
      const sandbox = await administratorOf(admin.sandbox, idOf("sandbox"));
      const named = { RoleName: "developer-bob", PolicyName: "mfa-admin-lock" };
      const other = policy({ Effect: "Deny", Action: "s3:*", Resource: "*" });
      await sandbox.iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: other }));
      const { stdout } = await admin.succeed("unlock", "bob", "--yes");
      expect(stdout).to.equal("bob is not locked; there is nothing to take off.\n");
      expect(role("sandbox", "bob").inlinePolicies.get("mfa-admin-lock")).to.equal(other);
      role("sandbox", "bob").inlinePolicies.delete("mfa-admin-lock");
    });
  });

  it("says after Ctrl-C that nothing was changed, as every emergency command does, while it still looks for whom it is about", async () => {
    const started = [
      ["lock", "bob"],
      ["unlock", "bob"],
      ["end-sessions", "bob"],
      ["remove-developer", "bob"],
    ];
    const reading = ["GetUser", "GetAccountAuthorizationDetails"];
    // The access role is assumed right before these calls, which are answered too late.
    for (const action of reading) admin.sandbox.setLatency(5_000, action);
    for (const command of [...started, ["lock", "--all"], ["unlock", "--all"]]) {
      const from = admin.sandbox.requests.length;
      const terminal = admin.terminal(...command, "--yes");
      while (!admin.sandbox.requests.slice(from).some(({ action }) => action === "AssumeRole")) await setTimeout(20);
      terminal.ctrlC();
      await terminal.ended();
      expect(terminal.screen, command.join(" ")).to.contain("Interrupted. Nothing was changed.");
      expect(locksOf("bob")).to.eql([]);
    }
    for (const action of reading) admin.sandbox.setLatency(0, action);
  });

  describe("all of them", () => {
    it("is asked about by the stack's name, and does nothing for another", async () => {
      const terminal = admin.terminal("lock", "--all");
      await terminal.waitFor("Type the stack's name to go on:");
      terminal.enter("yes");
      expect(await terminal.ended()).to.equal(1);
      expect(names.flatMap(locksOf)).to.eql([]);
    });

    it("takes one command; one that was broken off is finished by repeating it; and who was locked by name stays so", async () => {
      await admin.succeed("lock", "carol", "--yes");
      const session = await (await Developer.enrol(admin.sandbox, "bob")).login("payments");
      expect(await works(session)).to.equal(true);
      const fault = { action: "PutRolePolicy", accountId: idOf("payments"), times: Infinity };
      admin.sandbox.injectFault({ ...fault, code: "AccessDenied", status: 403 });
      const broken = await admin.run("lock", "--all", "--reason", "incident 42", "--yes");
      expect(broken.status).to.equal(1);
      expect(broken.stderr).to.contain("Run mfa-admin lock --all again");
      admin.sandbox.clearFaults();
      // Not a slow answer: what AWS does late would be done after all is unlocked.
      admin.sandbox.injectFault({ action: "PutRolePolicy", code: "", unanswered: true, times: Infinity });
      const from = admin.sandbox.requests.length;
      const interrupted = admin.terminal("lock", "--all", "--yes");
      const isPut = () => admin.sandbox.requests.slice(from).some(({ action }) => action === "PutUserPolicy");
      while (!isPut()) await setTimeout(20);
      interrupted.ctrlC();
      await interrupted.ended();
      admin.sandbox.clearFaults();
      expect(interrupted.screen.replaceAll(/\s+/g, " ")).to.contain(
        "Interrupted. What was locked by then stays locked. Run mfa-admin lock --all again: it goes on from there.",
      );
      const terminal = admin.terminal("lock", "--all", "--reason", "incident 42");
      await terminal.waitFor("Type the stack's name to go on:");
      terminal.enter("main");
      expect(await terminal.ended(), terminal.screen).to.equal(0);
      expect(terminal.screen).to.contain("Everybody is locked: 3 users and 6 roles.");
      expect(await works(session)).to.equal(false);
      expect((await admin.succeed("list")).stdout).to.match(
        /alice, bob and carol are locked since \S+Z \(incident 42\)/,
      );
      admin.sandbox.clock.advance(5);
      const { stdout, stderr } = await admin.succeed("unlock", "--all", "--yes");
      expect(stdout).to.contain("Unlocked: 9 locks.");
      expect(stderr).to.contain("carol is shut out all the same, by a lock of their own, which stays.");
      expect(names.flatMap(locksOf)).to.eql(["mfa-admin-lock", "mfa-admin-lock", "mfa-admin-lock"]);
      expect((await admin.succeed("unlock", "--all", "--yes")).stdout).to.contain("Nobody is locked by lock --all;");
      await alice.succeed(...login, alice.nextCode());
      expect(await dev()).to.equal(true);
    });

    it("needs no right to read who is there: the roster's names are tried", async () => {
      admin.sandbox.injectFault({
        ...{ action: "GetAccountAuthorizationDetails", code: "AccessDenied", status: 403, times: Infinity },
      });
      const { stderr } = await admin.succeed("lock", "--all", "--yes");
      expect(stderr).to.contain("could not be read, so only the roster's names were tried there: AccessDenied");
      expect(locksOf("alice")).to.have.length(3);
      admin.sandbox.clearFaults();
      await admin.succeed("unlock", "--all", "--yes");
    });

    it("goes with remove-developer, after which nothing is left", async () => {
      await admin.succeed("remove-developer", "carol", "--yes");
      expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("carol")).to.equal(undefined);
    });
  });
});
