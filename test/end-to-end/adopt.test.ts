import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf, trust } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator, initFlags, type ResourceInState } from "../support/harness.ts";
import { keyOfTests } from "../support/key-service.ts";

describe("up --adopt, where the state was lost", () => {
  let admin: Administrator;
  let alice: Developer;
  let noted: ResourceInState[];
  let from: number;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
    alice = await Developer.enrol(admin.sandbox, "alice");
    noted = await admin.resourcesInState();
    for (const path of [".mfa-admin", "Pulumi.yaml", "Pulumi.main.yaml"]) {
      await rm(join(admin.directory, path), { recursive: true });
    }
    await admin.succeed("init", ...initFlags(admin.sandbox), "--secrets-provider", keyOfTests);
    await admin.editSettings((text) => text.replace("developers: {}", "developers:\n    alice: {}"));
    from = admin.sandbox.requests.length;
  });
  after(() => admin.close());

  it("takes in everything, level by level, and says what", async () => {
    const env = { GITHUB_STEP_SUMMARY: join(admin.directory, "summary.md") };
    const { stdout, stderr } = await admin.runWith({ env }, "up", "--adopt", "--yes");
    const taken = stderr.split("\n").filter((line) => line.startsWith("Taking into the stack"));
    expect(taken.join("\n"))
      .to.match(/^Taking into the stack what AWS has already: managed policy mfa-admin-developer \(auth\)\.\n/)
      .and.match(/\n.*: service control policy mfa-admin-require-mfa \(management\)\.$/);
    // Reading the resource back is no change of anybody's, and each resource counts once.
    const [, updated = "", unchanged = ""] = /^Done in \d+\.\d s: (\d) changed, (\d) unchanged\.\n$/.exec(stdout) ?? [];
    expect(Number(updated) + Number(unchanged), stdout).to.equal(6);
    const summary = await readFile(env.GITHUB_STEP_SUMMARY, "utf8");
    expect(summary.match(/: changed|\| changed/g) ?? [], summary).to.have.length(Number(updated));
    expect(summary).to.not.match(/created|deleted|replaced/);
  });

  it("makes and deletes nothing in AWS, so that alice goes on with her key, her password and her device", async () => {
    const done = admin.sandbox.requests
      .slice(from)
      .filter(({ action, outcome }) => /^(Create|Delete)Resource$/.test(action) && outcome === "ok");
    // Cloud Control refuses to create what AWS has already.
    expect(done.filter(({ action }) => action === "DeleteResource")).to.eql([]);
    expect(await works(await alice.login("sandbox"))).to.equal(true);
    expect(await works(await alice.login("payments"))).to.equal(true);
  });

  it("notes what was noted before: ids, parents, dependencies, protection and hooks", async () => {
    const shown = (resources: ResourceInState[]) =>
      resources
        .map(({ urn, type, parent, dependencies = [], protect = false, resourceHooks, ...rest }) => ({
          urn,
          // A provider's id is Pulumi's own.
          id: type.startsWith("pulumi:providers:") ? "" : (rest.id ?? ""),
          parent,
          dependencies: dependencies.toSorted(),
          protect,
          resourceHooks,
        }))
        .sort((a, b) => a.urn.localeCompare(b.urn));
    const resources = await admin.resourcesInState();
    expect(shown(resources)).to.eql(shown(noted));
    for (const [index, { urn, parent, provider, dependencies = [] }] of resources.entries()) {
      const earlier = resources.slice(0, index).map((resource) => resource.urn);
      const needed = [parent, provider?.replace(/::[^:]*$/, ""), ...dependencies].filter((name) => name !== undefined);
      expect(earlier, urn).to.include.members(needed);
    }
  });

  it("leaves nothing to do", async () => {
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  });
});

describe("up --adopt, of what is in the way of a change", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
  });
  after(() => admin.close());

  it("takes in a role that is to replace another one", async () => {
    const sandbox = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
    const AssumeRolePolicyDocument = trust("arn:aws:iam::333333333333:root");
    await sandbox.iam.send(new CreateRoleCommand({ RoleName: "engineer-alice", AssumeRolePolicyDocument }));
    await admin.editSettings((text) =>
      text.replace("  mfa-admin:developers:", "  mfa-admin:rolePrefix: engineer\n  mfa-admin:developers:"),
    );
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.equal(
      "Error: AWS has already, but not from this stack: role engineer-alice in sandbox.\nNothing was changed. Delete what is there already, or run mfa-admin up --adopt, with it in the settings, to take it into the stack; mfa-admin preview --adopt shows what it keeps and loses.\n",
    );
    await admin.succeed("up", "--adopt", "--yes");
    const { accounts } = admin.sandbox.organization;
    const roles = [...accounts.values()].flatMap(({ roles }) => roles.names.filter((name) => name.includes("alice")));
    expect(roles).to.eql(["engineer-alice", "engineer-alice"]);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  });

  it("refuses a developer whose name differs by its case alone, for it is the same user", async () => {
    await admin.editSettings((text) => text.replace("    alice: {}", "    Alice: {}"));
    const { status, stderr } = await admin.run("up", "--adopt", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain(
      "Error: The developer alice is called Alice now, which IAM takes for the same name: Alice cannot be made while alice is there.\n",
    );
    const { users } = admin.sandbox.organization.account(admin.sandbox.authAccount);
    expect(users.names).to.eql(["alice"]);
    await admin.editSettings((text) => text.replace("    Alice: {}", "    alice: {}"));
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  });

  it("a name that is taken is found by preview, and nobody is made; with --adopt it shows what is kept and lost", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const bob = { UserName: "bob" };
    await iam.send(new CreateUserCommand({ ...bob, Path: "/people/" }));
    await iam.send(new AttachUserPolicyCommand({ ...bob, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand(bob));
    const key = `access key ${AccessKey?.AccessKeyId ?? ""} of ${AccessKey?.CreateDate?.toISOString().slice(0, 10) ?? ""}`;
    await admin.editSettings((text) =>
      text.replace("    alice: {}", "    alice: {}\n    bob: { accounts: [sandbox] }"),
    );
    const fact = "AWS has already, but not from this stack: user bob in auth.";
    expect((await admin.succeed("preview")).stdout.split("\n")[2]).to.equal(
      `! ${fact} mfa-admin up refuses this unless it is run with --adopt.`,
    );
    const from = admin.sandbox.requests.length;
    expect((await admin.run("up", "--yes")).stderr).to.contain(`Error: ${fact}\nNothing was changed.`);
    expect(admin.changesSince(from)).to.eql([]);
    const { stdout } = await admin.succeed("preview", "--adopt");
    expect(stdout).to.contain(
      [
        "  ~ auth     user bob: taken into the stack",
        `      keeps ${key}`,
        "      loses policy AdministratorAccess, path /people/",
        "  + sandbox  role engineer-bob",
      ].join("\n"),
    );
    await admin.editSettings((text) => text.replace("\n    bob: { accounts: [sandbox] }", ""));
  });

  it("a role under a path is in the way, and no --adopt helps: refused once, with what does", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }],
    });
    await iam.send(new CreateRoleCommand({ RoleName: "engineer-erin", Path: "/team/", AssumeRolePolicyDocument }));
    await admin.editSettings((text) =>
      text.replace("    alice: {}", "    alice: {}\n    erin: { accounts: [sandbox] }"),
    );
    const { status, stderr } = await admin.run("up", "--adopt", "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: AWS has the role engineer-erin in sandbox under the path /team/, where the stack does not look for it, and takes no other of that name.\nNothing was changed. Delete the role engineer-erin in sandbox, or choose another rolePrefix.\n",
    });
    await admin.editSettings((text) => text.replace("\n    erin: { accounts: [sandbox] }", ""));
  });

  it("gives up what AWS says it has, and has not", async () => {
    const service = "cloudcontrol";
    const fault = { service, action: "CreateResource", code: "AlreadyExistsException", status: 400, times: Infinity };
    admin.sandbox.injectFault(fault);
    await admin.editSettings((text) => text.replace("    alice: {}", "    alice: {}\n    dora: {}"));
    const { status, stderr } = await admin.run("up", "--adopt", "--yes");
    admin.sandbox.clearFaults();
    expect(status).to.equal(1);
    expect(stderr).to.not.contain("Taking into the stack");
    expect(stderr).to.contain("auth: create user dora: AWS has it already");
  });
});
