import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DetachRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";

import { isSameDocument } from "../../infra/policy-documents.ts";
import { administratorOf, policy } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";

describe("what only denies outlives an up, or is told to be lost", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());
  afterEach(() => {
    admin.sandbox.clearFaults();
  });

  const idOf = (account: string): string => admin.sandbox.developmentAccounts[account] ?? "";
  const iamOf = async (account: string) => (await administratorOf(admin.sandbox, idOf(account))).iam;
  const role = (account: string, name: string) =>
    admin.sandbox.organization.account(idOf(account)).roles.get(name) ?? expect.fail();
  const policiesOf = (account: string, name: string): string[] => [...role(account, name).attachedPolicies];
  const deny = async (account: string, RoleName: string): Promise<void> => {
    await (await iamOf(account)).send(new AttachRolePolicyCommand({ RoleName, PolicyArn: denyAll }));
  };
  const permit = (...permissions: string[]): Promise<void> =>
    admin.editSettings((text) =>
      text
        .replace(/ {2}mfa-admin:permissions: .*\n/, "")
        .replace(
          "config:\n",
          `config:\n  mfa-admin:permissions: [${permissions.map((one) => `"${one}"`).join(", ")}]\n`,
        ),
    );

  it("also one that comes while the question stands there", async () => {
    await permit(readOnly);
    const terminal = admin.terminal("up");
    await terminal.waitFor('Apply to the stack "main"?');
    await deny("sandbox", "developer-bob");
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(1);
    expect(terminal.screen).to.contain("Somebody was shut out meanwhile: role developer-bob in sandbox has what only");
    expect(policiesOf("sandbox", "developer-bob")).to.have.members([administrator, denyAll]);
  });

  it("also where the account could not be looked at", async () => {
    const fault = { action: "GetAccountAuthorizationDetails", accountId: idOf("sandbox"), times: Infinity };
    admin.sandbox.injectFault({ ...fault, code: "AccessDenied", status: 403 });
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain(
      "The role OrganizationAccountAccessRole in account sandbox (333333333333) can be assumed",
    );
    expect(policiesOf("sandbox", "developer-bob")).to.have.members([administrator, denyAll]);
    expect(policiesOf("payments", "developer-bob")).to.eql([readOnly]);
  });

  it("also where AWS does not let it be put once more, since the run has not taken it off", async () => {
    await deny("sandbox", "developer-alice");
    await permit(administrator, readOnly);
    admin.sandbox.injectFault({ action: "AttachRolePolicy", code: "LimitExceeded", status: 409, times: Infinity });
    admin.sandbox.injectFault({ action: "PutRolePolicy", code: "LimitExceeded", status: 409, times: Infinity });
    await admin.succeed("up", "--yes");
    expect(policiesOf("sandbox", "developer-alice")).to.have.members([administrator, readOnly, denyAll]);
    expect(policiesOf("sandbox", "developer-bob")).to.have.members([administrator, readOnly, denyAll]);
    admin.sandbox.clearFaults();
    await admin.succeed("up", "--yes", "--lift-denials", "alice", "--lift-denials", "bob");
  });

  it("also a trust policy, on the role that takes the place of another", async () => {
    const PolicyDocument = policy({ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" });
    const close = new UpdateAssumeRolePolicyCommand({ RoleName: "developer-alice", PolicyDocument });
    await (await iamOf("sandbox")).send(close);
    await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:rolePrefix: engineer\n"));
    expect((await admin.succeed("up", "--yes")).stderr).to.contain("has what only denies: trust policy");
    expect(JSON.parse(role("sandbox", "engineer-alice").trustPolicy)).to.eql(JSON.parse(PolicyDocument));
    expect(role("payments", "engineer-alice").trustPolicy).to.contain('"Allow"');
    await admin.succeed("up", "--yes", "--lift-denials", "alice");
  });

  it("but one that the settings have given goes with them, refreshed or not", async () => {
    const PolicyDocument = policy({ Effect: "Deny", Action: "billing:*", Resource: "*" });
    for (const account of ["sandbox", "payments"]) {
      await (await iamOf(account)).send(new CreatePolicyCommand({ PolicyName: "guard", PolicyDocument }));
    }
    const guard = (account: string): string => `arn:aws:iam::${idOf(account)}:policy/guard`;
    await permit(administrator, "arn:aws:iam::*:policy/guard");
    await admin.succeed("up", "--yes");
    // A denial that another person has attached is told apart from the one of the settings.
    const frozen = new AttachRolePolicyCommand({ RoleName: "engineer-bob", PolicyArn: denyAll });
    await (await iamOf("payments")).send(frozen);
    await admin.succeed("refresh", "--yes");
    expect(policiesOf("sandbox", "engineer-alice")).to.include(guard("sandbox"));
    await permit(administrator);
    const { stdout } = await admin.succeed("preview");
    expect(stdout).to.not.contain("shut alice out");
    expect(stdout).to.contain("role engineer-bob in payments has what only denies: AWSDenyAll.");
    expect((await admin.succeed("list")).stdout).to.not.contain("shut alice out");
    await admin.succeed("up", "--yes");
    expect(policiesOf("sandbox", "engineer-alice")).to.eql([administrator]);
    expect(policiesOf("payments", "engineer-bob")).to.have.members([administrator, denyAll]);
    await (await iamOf("payments")).send(new DetachRolePolicyCommand({ RoleName: "engineer-bob", PolicyArn: denyAll }));
    expect((await admin.succeed("refresh", "--yes")).stdout).to.not.contain("!");
  });

  it("and one that they have given goes when its account can be reached again", async () => {
    await permit(administrator, "arn:aws:iam::*:policy/guard");
    await admin.succeed("up", "--yes");
    const fault = { action: "GetAccountAuthorizationDetails", accountId: idOf("payments"), times: Infinity };
    admin.sandbox.injectFault({ ...fault, code: "AccessDenied", status: 403 });
    await permit(administrator);
    expect((await admin.run("up", "--yes")).stderr).to.contain("Once it can be reached, mfa-admin up does the rest.");
    expect(policiesOf("payments", "engineer-alice")).to.include(`arn:aws:iam::${idOf("payments")}:policy/guard`);
    admin.sandbox.clearFaults();
    expect((await admin.succeed("up", "--yes")).stderr).to.not.contain("shut alice out");
    expect(policiesOf("payments", "engineer-alice")).to.eql([administrator]);
  });

  it("each by itself on a new role without room for it: one that AWS does not take is named with the command for it", async () => {
    const PolicyDocument = policy({ Effect: "Allow", Action: "s3:ListBucket", Resource: "*" });
    const further = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    for (const account of ["sandbox", "payments"]) {
      const iam = await iamOf(account);
      for (const PolicyName of further) await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
      await deny(account, "engineer-alice");
    }
    await deny("sandbox", "engineer-bob");
    await permit(administrator, readOnly, ...further.map((name) => `arn:aws:iam::*:policy/${name}`));
    await admin.editSettings((text) => text.replace("rolePrefix: engineer", "rolePrefix: squad"));
    const fault = { resource: "squad-alice", code: "LimitExceeded", status: 409, times: Infinity };
    admin.sandbox.injectFault({ ...fault, action: "PutRolePolicy", accountId: idOf("sandbox") });
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("AWSDenyAll on role squad-alice in sandbox (LimitExceeded");
    expect(stderr).to.contain(
      `Put it back now, in sandbox (333333333333): aws iam attach-role-policy --role-name squad-alice --policy-arn ${denyAll}.`,
    );
    // A role to which AWS attaches no more managed policies gets an inline one.
    expect([...role("payments", "squad-alice").inlinePolicies.keys()]).to.eql(["AWSDenyAll"]);
    expect([...role("sandbox", "squad-bob").inlinePolicies.keys()]).to.eql(["AWSDenyAll"]);
  });
});

describe("what only denies is no drift,", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    const edit = (text: string): string =>
      text
        .replace(/alice:.*/, "alice: { until: 2099-01-31 }")
        .replace("config:\n", `config:\n  mfa-admin:permissionsBoundary: ${readOnly}\n`);
    admin = await Administrator.withStack({ developers: ["alice", "bob"], edit });
    restore = await admin.save();
  });
  after(() => admin.close());
  beforeEach(() => restore());

  const role = () => {
    const account = admin.sandbox.organization.account(admin.sandbox.developmentAccounts["sandbox"] ?? "");
    return account.roles.get("developer-alice") ?? expect.fail();
  };
  const expectNoDrift = async (): Promise<void> => {
    expect((await admin.succeed("refresh", "--yes")).stdout).to.match(/^Nothing has drifted: /);
    expect((await admin.succeed("preview")).stdout).to.match(/^Nothing to do: /);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  };

  it("beside a policy of the stack's own", async () => {
    await admin.succeed("lock", "alice", "--yes");
    await expectNoDrift();
    expect([...role().inlinePolicies.keys()]).to.include.members(["mfa-admin-lock", "mfa-admin-until"]);
  });

  it("in place of the stack's own boundary and trust policy, which come back when it is taken off", async () => {
    const [frozen, trustPolicy] = [role(), role().trustPolicy];
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
    const PolicyDocument = policy({ Effect: "Deny", Action: "*", Resource: "*" });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "frozen", PolicyDocument }));
    frozen.permissionsBoundary = Policy?.Arn ?? "";
    frozen.trustPolicy = policy({ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
    await expectNoDrift();
    await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:sessionDuration: 7200\n"));
    await admin.succeed("up", "--yes");
    expect(role().permissionsBoundary).to.equal(Policy?.Arn);
    await admin.succeed("up", "--yes", "--lift-denials", "alice");
    expect(role().permissionsBoundary).to.equal(readOnly);
    expect(isSameDocument(role().trustPolicy, trustPolicy)).to.equal(true);
    await expectNoDrift();
  });

  it("and hides none: a day by which access ends that somebody has changed is told, and put right", async () => {
    await admin.succeed("lock", "alice", "--yes");
    const { inlinePolicies } = role();
    inlinePolicies.set("mfa-admin-until", (inlinePolicies.get("mfa-admin-until") ?? "").replace("2099", "2999"));
    expect((await admin.succeed("refresh", "--yes")).stdout).to.contain("2999");
    await admin.succeed("up", "--yes");
    expect(role().inlinePolicies.get("mfa-admin-until")).to.contain("2099");
    expect([...role().inlinePolicies.keys()]).to.include("mfa-admin-lock");
  });
});
