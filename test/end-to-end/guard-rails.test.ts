import { expect } from "chai";

import { CreateRoleCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import {
  DetachPolicyCommand,
  DisablePolicyTypeCommand,
  EnablePolicyTypeCommand,
  ListPoliciesCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";

import { administratorOf, clients, trust } from "../sandbox/testing.ts";
import { guardRailNames } from "../../infra/guard-rails.ts";
import { type Group, type Role, type Sandbox, startSandbox } from "../sandbox/index.ts";
import { defaultDocument } from "../sandbox/model/entities.ts";
import { Administrator } from "../support/harness.ts";
import { makeStack, settingsFor } from "../support/stack-without-engine.ts";

/** The organization's own policies, with their content and their targets. */
const controlPolicies = ({ organization }: Sandbox) =>
  [...organization.policies.values()]
    .filter(({ awsManaged }) => !awsManaged)
    .map(({ name, type, content, targets }) => ({
      ...{ name, type, content: JSON.parse(content) as unknown, targets: [...targets] },
    }));

/** The policies of groups and roles of an account, and whom the roles trust. */
function rightsIn(sandbox: Sandbox, name: string) {
  const account = sandbox.organization.account(sandbox.developmentAccounts[name] ?? sandbox.authAccount);
  const ownPolicies = [...account.policies].map((policy) => JSON.parse(defaultDocument(policy)) as unknown);
  const given = ({ name, attachedPolicies }: Group | Role) => [name, ...attachedPolicies];
  const trusts = [...account.roles].map(({ trustPolicy }) => trustPolicy.replace(/AIDA\w+/g, "a user"));
  return {
    ownPolicies,
    groups: [...account.groups].map(given),
    roles: [...account.roles].map(given).sort(),
    trusts: trusts.sort(),
  };
}

describe("guard rails", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], resourceControlPolicies: true });
  });
  after(() => admin.close());

  const choose = (names: string) =>
    admin.editSettings((text) =>
      text
        .replace(/ {2}mfa-admin:guardRails: .*\n/, "")
        .replace("  mfa-admin:developers:", `  mfa-admin:guardRails: [${names}]\n  mfa-admin:developers:`),
    );

  it("are refused with the command to run where resource control policies are not switched on", async () => {
    await choose("outsiders");
    const { organizations } = clients(admin.sandbox);
    const { Roots = [] } = await organizations.send(new ListRootsCommand({}));
    const type = { RootId: Roots[0]?.Id, PolicyType: "RESOURCE_CONTROL_POLICY" } as const;
    await organizations.send(new DisablePolicyTypeCommand(type));
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain(
      "Error: Resource control policies, by which the guard rail outsiders works, are not switched on in this organization.\nRun: aws organizations enable-policy-type --policy-type RESOURCE_CONTROL_POLICY --root-id r-",
    );
    await organizations.send(new EnablePolicyTypeCommand(type));
  });

  it("tell first whom they stop today: users of the accounts and of the auth account, and roles that trust outsiders", async () => {
    const payments = await administratorOf(admin.sandbox, "444444444444");
    await payments.iam.send(new CreateUserCommand({ UserName: "ci-bot" }));
    admin.sandbox.addOutsider("999999999999", "vendor");
    const outsider = { RoleName: "vendor", AssumeRolePolicyDocument: trust("arn:aws:iam::999999999999:root") };
    await payments.iam.send(new CreateRoleCommand(outsider));
    const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await auth.iam.send(new CreateUserCommand({ UserName: "mallory" }));
    await choose("roles, identities, federation, organization, root, auth, outsiders");
    const { stdout } = await admin.succeed("preview");
    expect(stdout.replace(/\s+/g, " "))
      .to.contain("Adds 3 guard rails;")
      .and.match(/The guard rail identities stops new keys and passwords [^.]*: payments\/ci-bot\./)
      .and.match(/The guard rail auth stops [^.]*: auth\/mallory\./)
      .and.match(/The guard rail outsiders stops [^.]*: payments\/vendor \(999999999999\)\./);
  });

  it("come with up, and are told as drift when somebody takes one off", async () => {
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("preview")).stdout).to.contain("Nothing to do");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
    const { organizations } = clients(admin.sandbox);
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    const PolicyId = Policies.find(({ Name }) => Name === "mfa-admin-guard-rails")?.Id;
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: "ou-abcd-11111111" }));
    const { stdout } = await admin.succeed("refresh", "--yes");
    expect(stdout.replace(/\s+/g, " ")).to.contain(
      "Outside the stack, the guard rail mfa-admin-guard-rails was detached from ou-abcd-11111111:",
    );
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
  });

  it("are taken off with --allow-unprotected alone", async () => {
    await choose("identities, organization, auth");
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr.replace(/\s+/g, " ")).to.contain(
      "The guard rails roles, federation, root and outsiders are taken off. From then on nothing keeps a developer's session, or a thief of it, from changing the developers' roles and the access role, making identity providers, using the root user and letting principals of other organizations into roles.",
    );
    expect(stderr).to.contain("run mfa-admin up with --allow-unprotected.");
    const { stdout } = await admin.succeed("up", "--yes", "--allow-unprotected");
    expect(stdout).to.contain("1 deleted, 1 changed");
  });

  it("go with destroy", async () => {
    const { stdout } = await admin.succeed("destroy", "--yes");
    expect(stdout).to.contain("11 deleted");
  });
});

describe("the guard rails of a stack", () => {
  it("are the policies that test/attacks tries, on the same units and accounts", async () => {
    const admin = await Administrator.withStack({ developers: ["alice", "bob"], resourceControlPolicies: true });
    const sandbox = await startSandbox({ resourceControlPolicies: true });
    try {
      await admin.editSettings((text) =>
        text.replace(
          "  mfa-admin:developers:",
          `  mfa-admin:guardRails: [${guardRailNames.join(", ")}]\n  mfa-admin:developers:`,
        ),
      );
      await admin.succeed("up", "--yes");
      const developers = { alice: {}, bob: {} };
      await makeStack(sandbox, settingsFor(sandbox, { developers, guardRails: [...guardRailNames] }));
      expect(controlPolicies(admin.sandbox)).to.have.deep.members(controlPolicies(sandbox)).and.to.have.length(4);
      for (const account of ["auth", "sandbox", "payments"]) {
        expect(rightsIn(admin.sandbox, account), account).to.eql(rightsIn(sandbox, account));
      }
    } finally {
      await sandbox.close();
      await admin.close();
    }
  });
});
