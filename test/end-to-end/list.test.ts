import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { UpdateAccessKeyCommand } from "@aws-sdk/client-iam";

import { administratorOf } from "../sandbox/testing.ts";
import { Developer } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

describe("list", () => {
  let admin: Administrator;
  let alice: Developer;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob", "erin"] });
    alice = await Developer.enrol(admin.sandbox, "alice");
    await alice.login("sandbox");
    admin.sandbox.registerSecurityKey("bob", "yubikey");
    const { accessKey } = await Developer.enrol(admin.sandbox, "bob");
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const inactive = { UserName: "bob", AccessKeyId: accessKey.accessKeyId, Status: "Inactive" } as const;
    await iam.send(new UpdateAccessKeyCommand(inactive));
    // carol is on the roster, but has no user yet.
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    carol: { accounts: [payments] }"));
  });
  after(() => admin.close());

  it("shows accounts, MFA devices, access keys and last use, and whose user is not made yet", async () => {
    const { stdout, stderr } = await admin.succeed("list");
    const [heading, ...rows] = stdout.trimEnd().split("\n");
    expect(heading).to.match(/^Developer +Accounts +MFA +Access keys +Last use$/);
    expect(rows).to.have.length(5);
    expect(rows[0]).to.match(/^alice +sandbox, payments +alice +less than an hour old +less than an hour ago$/);
    expect(rows[1]).to.match(
      /^bob +sandbox, payments +yubikey-\w+ \(security key\), bob +less than an hour old \(inactive\) +less than an hour ago$/,
    );
    expect(rows[2]).to.match(/^carol +payments +no user yet +none +never$/);
    expect(rows[3]).to.match(/^erin +sandbox, payments +no password yet +none +never$/);
    expect(rows[4]).to.equal("Not applied yet: carol. Run mfa-admin up.");
    expect(stderr).to.equal("");
  });

  it("shows whose first password is still to be made, as up has said, until reset-password has made it", async () => {
    expect(admin.firstUp?.stderr).to.match(
      /\nNext: mfa-admin reset-password alice bob erin makes their one-time passwords\.\n$/,
    );
    const erin = async (): Promise<string | undefined> =>
      (await admin.succeed("list")).stdout.split("\n").find((line) => line.startsWith("erin"));
    expect(await erin()).to.contain("no password yet");
    // The developers concerned have no password to lose, so the command asks for no yes.
    const file = join(admin.directory, "passwords");
    await admin.succeed("reset-password", "--missing", "--password-file", file);
    expect(await erin()).to.contain("not enrolled");
    expect(await readFile(file, "utf8")).to.match(/^erin:.+$/m);
    const none = await admin.succeed("reset-password", "--missing", "--password-file", `${file}-2`);
    expect(none.stdout).to.equal("Everybody has a password already.\n");
    expect((await admin.run("reset-password")).stderr).to.contain(
      "Give names, or --missing for everybody who has none.",
    );
  });

  it("tells the same as JSON, with no secret of a key", async () => {
    const { status, value } = await admin.json("list");
    expect(status).to.equal(0);
    const [first, , third] = value as Record<string, unknown>[];
    expect(first).to.deep.include({
      userName: "alice",
      accounts: ["sandbox", "payments"],
      exists: true,
      mfaDevices: [`arn:aws:iam::${admin.sandbox.authAccount}:mfa/alice`],
    });
    const [key] = first?.["accessKeys"] as Record<string, unknown>[];
    expect(key).to.include({ id: alice.accessKey.accessKeyId, active: true });
    expect(key).to.include.keys("createdAt", "lastUsedAt");
    expect(JSON.stringify(value)).not.to.contain(alice.accessKey.secretAccessKey);
    expect(third).to.eql({
      userName: "carol",
      accounts: ["payments"],
      exists: false,
      hasPassword: false,
      mfaDevices: [],
      accessKeys: [],
      notApplied: ["payments"],
    });
  });

  it("ends with status 1 where an account could not be looked at, after all that is known", async () => {
    const accountId = admin.sandbox.developmentAccounts["payments"] ?? expect.fail();
    const action = "GetAccountAuthorizationDetails";
    admin.sandbox.injectFault({ action, accountId, code: "AccessDenied", status: 403, times: Infinity });
    const said = "The account payments could not be looked at in AWS: AccessDenied";
    const { status, stdout } = await admin.run("list");
    expect(stdout).to.contain(said);
    expect(stdout).to.match(/^alice +sandbox, payments /m);
    expect(status).to.equal(1);
    const asJson = await admin.run("list", "--json");
    expect(asJson.status).to.equal(1);
    expect(JSON.parse(asJson.stdout)).to.have.length(4);
    // No row has a place for it.
    expect(asJson.stderr).to.contain(said);
    admin.sandbox.clearFaults();
    expect((await admin.run("list")).status).to.equal(0);
  });

  it("asks AWS for nothing but who asks, the users, the auth account's units and what denies, and with --roster for nothing at all", async () => {
    let from = admin.sandbox.requests.length;
    await admin.succeed("list");
    const actions = new Set(admin.sandbox.requests.slice(from).map(({ action }) => action));
    expect([...actions].sort()).to.eql([
      "AssumeRole",
      "GetAccessKeyLastUsed",
      "GetAccountAuthorizationDetails",
      // The sessions of the access role are named after the caller.
      "GetCallerIdentity",
      "GetLoginProfile",
      "GetUser",
      "ListAccessKeys",
      "ListAccountsForParent",
      "ListMFADevices",
      "ListParents",
      "ListPolicies",
      "ListTargetsForPolicy",
    ]);
    from = admin.sandbox.requests.length;
    const { stdout } = await admin.succeed("list", "--roster");
    expect(stdout.split("\n")).to.eql([
      "Developer  Accounts",
      "alice      sandbox, payments",
      "bob        sandbox, payments",
      "carol      payments",
      "erin       sandbox, payments",
      "",
    ]);
    expect(admin.sandbox.requests.slice(from)).to.eql([]);
  });
});
