import {
  AttachUserPolicyCommand,
  CreateUserCommand,
  ListUsersCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";

import { readPolicy } from "../../cli/ci/role-policies.ts";
import type { Audit } from "../../cli/results/audit.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, enableDevice, nextCode, trust } from "../sandbox/testing.ts";
import type { Role } from "../sandbox/index.ts";
import { Administrator } from "../support/harness.ts";
import { readingRoles } from "../support/ci-roles.ts";

describe("audit", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    restore = await admin.save();
  });
  afterEach(() => restore());
  after(() => admin.close());

  async function audited(env: Record<string, string>, ...args: string[]): Promise<Audit & { names: string[] }> {
    const { stdout } = await admin.runWith({ env }, "audit", "--json", ...args);
    const report = JSON.parse(stdout) as Audit;
    const names = report.findings.map(
      ({ kind, account, who, counts }) => `${kind} ${account}/${who}${counts ? "" : " (told)"}`,
    );
    return { ...report, names };
  }

  it("finds nothing on a new stack, changes nothing, and makes hardly more calls than the fewest", async () => {
    const from = admin.sandbox.requests.length;
    const { stdout, stderr, status } = await admin.run("audit", "--exit-code");
    expect({ stderr, status, changes: admin.changesSince(from) }).to.eql({ stderr: "", status: 0, changes: [] });
    expect(stdout).to.match(
      /^Nothing was found\.\n2 IAM users, as AWS reported it at .* UTC\. CloudTrail was not read/,
    );
    const calls = admin.sandbox.requests.slice(from).map(({ action }) => action);
    // The caller and the organization; for each account the role, the credential report, which takes three calls until it is made, and the users.
    const fewest = 2 + 3 * (1 + 3 + 1);
    expect(calls.length, calls.join(" ")).to.be.at.most(1.5 * fewest);
  });

  it("tells what has grown old, who is not on the roster, a quarantine and a device without codes; as a table, JSON and CSV", async () => {
    const { sandbox } = admin;
    const { iam } = await administratorOf(sandbox, sandbox.authAccount);
    sandbox.userInMemberAccount("333333333333", "bot", [ADMINISTRATOR_ACCESS]);
    sandbox.rootUser("444444444444");
    await iam.send(new CreateUserCommand({ UserName: "eve" }));
    const PolicyArn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    await iam.send(new AttachUserPolicyCommand({ UserName: "bob", PolicyArn }));
    await admin.succeed("reset-password", "alice", "--yes", "--password-file", `${admin.directory}/password`);
    sandbox.registerSecurityKey("alice", "yubikey");
    sandbox.clock.advance(91 * 86_400);
    const { names, clean, complete, users } = await audited({});
    expect({ clean, complete, users }).to.eql({ clean: false, complete: true, users: 4 });
    expect(names).to.include.members([
      ...["device-without-codes auth/alice", "quarantine auth/bob", "not-on-roster auth/eve"],
      ...["not-on-roster sandbox/bot", "root-key payments/root", "password-unchanged auth/alice"],
      ...["no-mfa sandbox/bot", "key-old sandbox/bot", "key-unused sandbox/bot"],
    ]);
    const { status, stdout } = await admin.run(
      "audit",
      "--exit-code",
      "--format",
      "csv",
      "--grace",
      "0",
      "--max-key-age",
      "1",
    );
    expect(status).to.equal(2);
    expect(stdout)
      .to.match(/^kind,account,who,counts,at,event,fact\n/)
      .and.to.match(/^quarantine,auth,bob,true,/m);
    const { stdout: table } = await admin.run("audit");
    expect(table).to.match(/^sandbox +bot +The IAM user bot in sandbox is not on the roster\.$/m);
  });

  it("with --cloudtrail tells calls without MFA, changed trust policies and sessions under another name", async () => {
    const { sandbox } = admin;
    const key = sandbox.userInMemberAccount(sandbox.authAccount, "mallory", [ADMINISTRATOR_ACCESS]);
    const { iam } = clients(sandbox, key);
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "mallory");
    const development = await administratorOf(sandbox, "333333333333");
    const PolicyDocument = trust("arn:aws:iam::222222222222:user/mallory");
    await development.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-alice", PolicyDocument }));
    await clients(sandbox, key).sts.send(new GetCallerIdentityCommand({}));
    await iam.send(new ListUsersCommand({}));
    await clients(sandbox, key).sts.send(
      new AssumeRoleCommand({
        ...{ RoleArn: "arn:aws:iam::333333333333:role/developer-alice", RoleSessionName: "alice" },
        ...{ SerialNumber: serialNumber, TokenCode: nextCode(sandbox, seed) },
      }),
    );
    const { names, trail } = await audited({}, "--cloudtrail");
    expect(trail?.events).to.be.greaterThan(3);
    expect(names).to.include.members([
      "device-outside-console auth/mallory (told)",
      "trust-changed sandbox/OrganizationAccountAccessRole/test",
    ]);
    expect(names.filter((name) => name.includes("call-without-mfa"))).to.eql(["call-without-mfa auth/mallory"]);
    const { stdout } = await admin.run("audit", "--cloudtrail");
    expect(stdout).to.contain("events of CloudTrail since").and.not.to.contain(key.secretAccessKey);
  });

  it("works by CI's reading roles; an account that can't be reached, or a right that is missing, is told, and the rest goes on", async () => {
    const env = await readingRoles(admin);
    expect((await audited(env, "--cloudtrail")).missed).to.eql([]);
    const role = admin.sandbox.organization.account("333333333333").roles.get("mfa-admin-ci-read");
    role?.inlinePolicies.set("read", JSON.stringify(readPolicy()).replace('"iam:GetCredentialReport",', ""));
    const closed = { ...(role as Role), trustPolicy: trust("arn:aws:iam::444444444444:root") };
    admin.sandbox.organization.account("444444444444").roles.add(closed);
    const { missed, complete, users } = await audited(env);
    expect({ complete, users }).to.eql({ complete: false, users: 2 });
    expect(missed.map(({ what, remedy }) => `${what}: ${remedy}`)).to.eql([
      "the credential report of sandbox: The right iam:GetCredentialReport is missing; mfa-admin init --ci github writes the policies that have it.",
      "the credential report of payments: Let the access role of that account be assumed, or, where the settings name the account, take it out of them.",
      "the users of payments: Let the access role of that account be assumed, or, where the settings name the account, take it out of them.",
    ]);
    const { status, stdout, stderr } = await admin.runWith({ env }, "audit", "--exit-code", "--format", "csv");
    expect({ status, stdout }).to.eql({ status: 1, stdout: "kind,account,who,counts,at,event,fact\n" });
    expect(stderr).to.match(
      /^! Not looked at: the credential report of sandbox\. .*\n {2}The right iam:GetCredentialReport is/m,
    );
  });

  it("waits out what AWS throttles, and shows what it does meanwhile past two seconds", async () => {
    admin.sandbox.injectFault({
      action: "GetCredentialReport",
      code: "Throttling",
      message: "Rate exceeded",
      times: 4,
    });
    admin.sandbox.setLatency(1200, "GenerateCredentialReport");
    try {
      const { status, stderr, stdout } = await admin.run("audit");
      expect({ status, first: stdout.split("\n")[0] }).to.eql({ status: 0, first: "Nothing was found." });
      expect(stderr).to.match(/Reading credentials: \d+ users, \d+ s/);
    } finally {
      admin.sandbox.setLatency(0, "GenerateCredentialReport");
    }
  });
});
