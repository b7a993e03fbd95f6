import { GetUserCommand, UntagUserCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";

import { administratorOf } from "../sandbox/testing.ts";
import { Developer } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

describe("the tags of a developer's user", () => {
  let admin: Administrator;
  let alice: Developer;

  before(async () => {
    const edit = (text: string) =>
      text
        .replace("config:", "config:\n  mfa-admin:tags: { team: core }")
        .replace("alice: {}", "alice: { accounts: [sandbox] }");
    admin = await Administrator.withStack({ developers: ["alice"], edit });
    alice = await Developer.enrol(admin.sandbox, "alice");
  });
  after(() => admin.close());

  /** The tags that alice reads of herself, with her access key alone. */
  async function tags(): Promise<Record<string, string>> {
    const { User } = await alice.aws.iam.send(new GetUserCommand({}));
    expect(admin.sandbox.requests.at(-1)).to.deep.include({ action: "GetUser", mfa: undefined, outcome: "ok" });
    return Object.fromEntries((User?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  }

  /** Expects that AWS and the state have the same tags in any order, and that a later up has nothing to do. */
  async function expectNoDrift(): Promise<void> {
    const refreshed = await admin.run("refresh", "--yes", "--exit-code");
    expect(refreshed.stdout).to.match(/^Nothing has drifted: /m);
    expect(refreshed.status).to.equal(0);
    const { status, stdout } = await admin.run("preview", "--exit-code");
    expect(status, stdout).to.equal(0);
  }

  it("tell the developer, without MFA, where the roles are", async () => {
    expect(await tags()).to.eql({
      team: "core",
      "mfa-admin:role-prefix": "developer",
      "mfa-admin:session-duration": "43200",
      "mfa-admin:account/sandbox": "333333333333",
    });
    await expectNoDrift();
  });

  it("follow the roster and the settings with the next up, and nothing has drifted then", async () => {
    await admin.editSettings((text) =>
      text
        .replace("alice: { accounts: [sandbox] }", "alice: { accounts: [payments] }")
        .replace("config:", "config:\n  mfa-admin:contact: security@example.com\n  mfa-admin:sessionDuration: 3600")
        .replace("team: core", "team: web, floor: third"),
    );
    await admin.succeed("up", "--yes");
    expect(await tags()).to.eql({
      team: "web",
      floor: "third",
      "mfa-admin:role-prefix": "developer",
      "mfa-admin:session-duration": "3600",
      "mfa-admin:account/payments": "444444444444",
      "mfa-admin:contact": "security@example.com",
    });
    await expectNoDrift();
  });

  it("are taken away again by an up after a refresh", async () => {
    await admin.editSettings((text) =>
      text
        .replace("alice: { accounts: [payments] }", "alice: {}")
        .replace(/ {2}mfa-admin:contact:.*\n/, "")
        .replace(/ {2}mfa-admin:tags:.*\n/, ""),
    );
    await admin.succeed("up", "--yes");
    expect(await tags()).to.eql({
      "mfa-admin:role-prefix": "developer",
      "mfa-admin:session-duration": "3600",
      "mfa-admin:account/sandbox": "333333333333",
      "mfa-admin:account/payments": "444444444444",
    });
    await expectNoDrift();
  });

  it("changed by hand are shown by refresh, and put right by up", async () => {
    const before = await tags();
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await iam.send(new UntagUserCommand({ UserName: "alice", TagKeys: ["mfa-admin:account/sandbox"] }));
    const { status, stdout } = await admin.run("refresh", "--yes", "--exit-code");
    expect(stdout).to.match(/user alice\b[^]*mfa-admin:account\/sandbox/);
    expect(status).to.equal(2);
    await admin.succeed("up", "--yes");
    expect(await tags()).to.eql(before);
  });
});
