import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { MoveAccountCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { readPolicy } from "../../cli/ci/role-policies.ts";
import type { Check, Diagnosis } from "../../cli/results/doctor.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, trust } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";
import { readingRoles } from "../support/ci-roles.ts";

describe("doctor", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  async function diagnosed(env: Record<string, string | undefined> = {}): Promise<Diagnosis & { bad: Check[] }> {
    const { stdout } = await admin.runWith({ env }, "doctor", "--json");
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    return { ...diagnosis, bad: diagnosis.checks.filter(({ level }) => level === "failure" || level === "unknown") };
  }

  it("before the first up: all is ok, nothing is changed, whom up shuts out is a table, and the calls are few", async () => {
    const restore = await admin.save();
    admin.sandbox.addAccount("777777777777", "mail");
    admin.sandbox.userInMemberAccount("777777777777", "smtp", [ADMINISTRATOR_ACCESS]);
    const from = admin.sandbox.requests.length;
    const { status, stdout, stderr } = await admin.run("doctor", "--exit-code");
    const [errors, changes] = [stderr.replace(/^ *Looking at what up needs: .*\n/gm, ""), admin.changesSince(from)];
    expect({ status, errors, changes }).to.eql({ status: 0, errors: "", changes: [] });
    expect(stdout)
      .to.match(/^ok {8}Node /)
      .and.to.contain("111111111111:user/administrator, by AWS_ACCESS_KEY_ID of the environment.")
      .and.to.contain("ou-abcd-11111111 has 1 of 10 service control policies, and 1 to come.")
      .and.to.contain("In auth: 0 of 5000 users, 2 to come;")
      .and.to.contain("No run holds the state.")
      .and.to.match(/777777777777 +smtp +access key +never/)
      .and.to.contain("Nothing is in the way of up; 3 warnings.");
    await restore();
    const asked = admin.sandbox.requests.length;
    const { bad, ready, complete, impact } = await diagnosed();
    expect({ bad, ready, complete, impact }).to.eql({ bad: [], ready: true, complete: true, impact: [] });
    const calls = admin.sandbox.requests.slice(asked).map(({ action }) => action);
    // These calls are the fewest: two of STS and Organizations; the tree and what is attached; the accounts that come under the policy; a look into each.
    expect(calls.length, calls.join(" ")).to.be.at.most(45);
  });

  it("needs no Pulumi, which is a line, and no credentials, without which nothing is asked of AWS", async () => {
    const empty = await mkdtemp(join(tmpdir(), "mfa-admin-empty-"));
    try {
      const env = { PATH: empty, PULUMI_HOME: empty, XDG_CACHE_HOME: empty, AWS_ACCESS_KEY_ID: undefined };
      const { bad, complete } = await diagnosed({ ...env, AWS_SECRET_ACCESS_KEY: undefined });
      expect(bad.map(({ name, level }) => `${name}: ${level}`)).to.eql([
        "pulumi: failure",
        "credentials: failure",
        "aws: unknown",
      ]);
      expect(bad[0]?.remedy).to.contain("https://www.pulumi.com/docs/install/");
      // The sentence fits as well where AWS can't be reached, or the clock is wrong.
      expect(bad[2]?.fact).to.equal("Nothing else was asked of AWS.");
      expect(complete).to.equal(false);
    } finally {
      await rm(empty, { recursive: true });
    }
    expect((await admin.runWith({ env: { AWS_ACCESS_KEY_ID: undefined } }, "doctor")).status).to.equal(1);
  });

  it("refuses wrong settings at once, although AWS was asked meanwhile and has not answered yet", async () => {
    const before = await admin.settings();
    await admin.editSettings((text) => text.replace(/"222222222222"/, '"2222"'));
    admin.sandbox.setLatency(600_000);
    const { status, stderr } = await admin.runWith({ ownProcesses: true }, "doctor");
    admin.sandbox.setLatency(0);
    await admin.editSettings(() => before);
    expect({ status, told: stderr.includes("12 digits") }, stderr).to.eql({ status: 1, told: true });
  });

  it("asks for no code before it has found the settings to be right", async () => {
    const before = await admin.settings();
    await admin.editSettings((text) => text.replace(/"222222222222"/, '"2222"'));
    const config = join(await mkdtemp(join(tmpdir(), "mfa-admin-doctor-")), "config");
    const [role, serial] = [
      "arn:aws:iam::111111111111:role/Administrator",
      "arn:aws:iam::111111111111:mfa/administrator",
    ];
    await writeFile(
      config,
      `[profile admin]\nrole_arn = ${role}\nsource_profile = keys\nmfa_serial = ${serial}\n[profile keys]\naws_access_key_id = AKIA1\naws_secret_access_key = secret\n`,
    );
    const terminal = admin.terminalWith({ env: { AWS_CONFIG_FILE: config, AWS_PROFILE: "admin" } }, "doctor");
    await terminal.waitFor("12 digits");
    expect(await terminal.ended()).to.equal(1);
    await rm(dirname(config), { recursive: true });
    await admin.editSettings(() => before);
  });

  it("shows what it does past two seconds", async () => {
    admin.sandbox.setLatency(2500, "GetAccountSummary");
    const { status, stderr } = await admin.runWith({ ownProcesses: true }, "doctor");
    admin.sandbox.setLatency(0, "GetAccountSummary");
    expect(status).to.equal(0);
    expect(stderr).to.match(/^ *Looking at what up needs: 0 accounts, [2-9] s$/m);
  });

  it("tells each thing that up would be refused for, at once, and what to do; the other accounts are looked at all the same", async () => {
    const restore = await admin.save();
    const { sandbox } = admin;
    const { organizations } = clients(sandbox);
    const move = { AccountId: "444444444444", SourceParentId: sandbox.organizationalUnit };
    await organizations.send(new MoveAccountCommand({ ...move, DestinationParentId: "r-abcd" }));
    const { iam } = await administratorOf(sandbox, "333333333333");
    const RoleName = "OrganizationAccountAccessRole";
    const PolicyDocument = trust("arn:aws:iam::222222222222:root");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    // This test is the last: nothing can be done in those accounts from then on.
    sandbox.organization.policies.get("p-FullAWSAccess")?.targets.delete(sandbox.organizationalUnit);
    sandbox.clock.setAhead(120);
    const { bad, checks } = await diagnosed();
    expect(bad.map(({ name, account }) => [name, account].filter(Boolean).join("/"))).to.include.members([
      "full-access",
      "account-place/payments",
      "access-role/sandbox",
    ]);
    expect(bad.find(({ name }) => name === "full-access")?.command).to.equal(
      "aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ou-abcd-11111111",
    );
    expect(checks.find(({ name }) => name === "clock")).to.deep.include({ level: "warning" });
    expect(
      checks.filter(({ name, level }) => name === "access-role" && level === "ok").map(({ account }) => account),
    ).to.eql(["auth", "payments"]);
    expect((await admin.run("doctor", "--exit-code")).status).to.equal(2);
    sandbox.clock.setAhead(0);
    await restore();
  });

  it("works by CI's roles, which may only read, and names a right that is missing", async () => {
    const restore = await admin.save();
    const env = await readingRoles(admin);
    const { bad } = await diagnosed(env);
    expect(bad).to.eql([]);
    const role = admin.sandbox.organization.account("444444444444").roles.get("mfa-admin-ci-read");
    role?.inlinePolicies.set("read", JSON.stringify(readPolicy()).replace('"iam:GetAccountSummary",', ""));
    const { bad: without, checks } = await diagnosed(env);
    const remedy =
      "The right iam:GetAccountSummary is missing; mfa-admin init --ci github writes the policies that have it.";
    expect(without.map((check) => ({ ...check, fact: "" }))).to.eql([
      { name: "access-role", account: "payments", level: "unknown", fact: "", remedy },
      { name: "impact", account: "payments", level: "unknown", fact: "", remedy },
    ]);
    expect(checks.filter(({ name, level }) => name === "access-role" && level === "ok")).to.have.length(2);
    await restore();
  });
});
