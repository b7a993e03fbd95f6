import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import type { Check, Diagnosis } from "../../cli/results/doctor.ts";
import { Administrator, withoutResources } from "../support/harness.ts";
import { underLock } from "../support/state-lock.ts";

const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

describe("what a killed run has left stays known until AWS was read for it,", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    restore = await admin.save();
  });
  after(() => admin.close());
  beforeEach(() => restore());
  afterEach(() => {
    admin.sandbox.clearFaults();
    admin.sandbox.setLatency(0, "GetResource");
  });

  const account = (name: string) => admin.sandbox.organization.account(admin.sandbox.developmentAccounts[name] ?? "");
  const role = (where = "payments") => account(where).roles.get("developer-alice") ?? expect.fail();
  const rights = (): string[] => [...role().attachedPolicies];

  /** Changes the state and AWS as if a run had died when it had given alice's role in payments a further policy. */
  async function giveMore(): Promise<void> {
    await admin.unfinish("updating", "alice@payments");
    role().attachedPolicies.add(readOnly);
  }

  /** Kills a command when it has read every resource once. */
  async function killAfterFirstPass(...args: string[]): Promise<void> {
    const from = admin.sandbox.requests.length;
    admin.sandbox.setLatency(60, "GetResource");
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const total = (await admin.resourcesInState()).filter(({ type }) => type.startsWith("aws-native:")).length;
      const asked = (): number =>
        admin.sandbox.requests.slice(from).filter(({ action }) => action === "GetResource").length;
      while (asked() < total && child.exitCode === null) await setTimeout(10);
      await setTimeout(100);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    const { status } = await admin.runWith({ meanwhile }, ...args);
    expect(status).to.equal(null);
    admin.sandbox.setLatency(0, "GetResource");
  }

  async function expectPutRight(): Promise<void> {
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr).to.contain("Reading from AWS what a run was changing when it died: role developer-alice (payments)");
    expect(rights()).to.eql([administratorAccess]);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  }

  it("though up was killed while it read", async () => {
    await giveMore();
    await killAfterFirstPass("up", "--yes");
    await expectPutRight();
  });

  it("though refresh was killed while it read", async () => {
    await giveMore();
    await killAfterFirstPass("refresh", "--yes");
    await expectPutRight();
  });

  it("though up has read something else before, which somebody had damaged", async () => {
    await giveMore();
    const policies = [...admin.sandbox.organization.policies.values()];
    policies.find(({ name }) => name === "mfa-admin-require-mfa")?.targets.clear();
    await expectPutRight();
  });

  it("though AWS is still at work for it when the settings are put back and up comes by", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) =>
      text.replace("config:\n", `config:\n  mfa-admin:permissions: ["${administratorAccess}", "${readOnly}"]\n`),
    );
    admin.sandbox.setLatency(6_000, "ResourceHandler");
    const from = admin.sandbox.requests.length;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const asked = (): number =>
        admin.sandbox.requests.slice(from).filter(({ action }) => action === "UpdateResource").length;
      while (asked() < 4 && child.exitCode === null) await setTimeout(10);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    expect((await admin.runWith({ meanwhile }, "up", "--yes")).status).to.equal(null);
    admin.sandbox.setLatency(0, "ResourceHandler");
    await admin.editSettings(() => settings);
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr).to.match(
      /Waiting for AWS, which is still at work for a run that died: .*role developer-alice \(payments\)/,
    );
    expect(rights()).to.eql([administratorAccess]);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("and goes on where AWS does not tell whether it is still at work", async () => {
    await giveMore();
    const refused = {
      service: "cloudcontrol",
      action: "ListResourceRequests",
      code: "AccessDeniedException",
      status: 400,
    };
    admin.sandbox.injectFault({ ...refused, times: Infinity });
    await expectPutRight();
  });

  it("though a destroy came between, which failed", async () => {
    await giveMore();
    const refused = { service: "cloudcontrol", action: "DeleteResource", code: "AccessDenied", status: 403 };
    admin.sandbox.injectFault({ ...refused, times: Infinity });
    expect((await admin.run("destroy", "--yes")).status).to.equal(1);
    admin.sandbox.clearFaults();
    await expectPutRight();
  });

  it("though the account could not be reached when up came by", async () => {
    await giveMore();
    const access = account("payments").roles.get("OrganizationAccountAccessRole") ?? expect.fail();
    const { trustPolicy } = access;
    access.trustPolicy = trustPolicy.replaceAll(admin.sandbox.managementAccount, "999999999999");
    expect((await admin.run("up", "--yes")).status).to.equal(1);
    access.trustPolicy = trustPolicy;
    await expectPutRight();
  });

  it("also where it had begun to delete a role, and had taken its policies off", async () => {
    await admin.unfinish("deleting", "alice@payments");
    role().attachedPolicies.clear();
    await expectPutRight();
  });

  it("which doctor tells in the words of preview, with what to do, as long as no run is under way", async () => {
    const told = async (): Promise<Check[]> => {
      const { checks } = JSON.parse((await admin.succeed("doctor", "--json")).stdout) as Diagnosis;
      return checks.filter(({ name }) => name === "state-unfinished");
    };
    expect((await told()).map(({ level, fact }) => `${level}: ${fact}`)).to.eql([
      "ok: No run has died in the middle of a change.",
    ]);
    await admin.unfinish("creating", "bob");
    const [bob] = await told();
    expect(bob?.fact).to.contain("A run died while it was at work on user bob in auth:");
    await restore();
    await giveMore();
    await underLock(admin, async () => {
      expect(await told()).to.eql([]);
    });
    const [role, ...others] = await told();
    expect(others).to.eql([]);
    expect(role).to.deep.include({ level: "warning", command: "mfa-admin up" });
    const preview = (await admin.succeed("preview")).stdout.replace(/\s+/g, " ");
    expect(preview).to.contain(`${role?.fact ?? ""} ${role?.remedy ?? ""}`);
    await killAfterFirstPass("up", "--yes");
    // Nothing is pending any more: the role is marked. The killed run's lock is still there.
    expect(await told()).to.eql([role]);
    await expectPutRight();
    expect((await told()).map(({ level }) => level)).to.eql(["ok"]);
  });

  it("so that up on a terminal does not say that all is done while AWS has made somebody who is not wanted any more", async () => {
    await admin.unfinish("creating", "bob");
    await admin.editState((deployment) => {
      deployment.resources = withoutResources(deployment.resources, (urn) => /::bob(@|$)/.test(urn));
    });
    for (const name of ["sandbox", "payments"]) {
      const { roles } = account(name);
      roles.remove(roles.get("developer-bob") ?? expect.fail());
    }
    await admin.editSettings((text) => text.replace("    bob: {}\n", ""));
    const terminal = admin.terminal("up");
    await terminal.waitFor('Apply to the stack "main"?');
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(0);
    expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).to.eql(["alice"]);
  });
});
