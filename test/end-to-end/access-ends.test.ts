import { expect } from "chai";

import { clients } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";
import { Workstation } from "../support/workstation.ts";
import { dayEndingIn } from "../support/day.ts";

describe("access that ends", () => {
  let admin: Administrator;
  let carol: Workstation;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  const users = (): string[] => admin.sandbox.organization.account(admin.sandbox.authAccount).users.names;
  const roles = (account: string): string[] =>
    admin.sandbox.organization
      .account(admin.sandbox.developmentAccounts[account] ?? "")
      .roles.names.filter((name) => name.startsWith("developer-"));
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const login = (): Promise<{ status: number | null; stderr: string }> =>
    carol.run("login", "--account", "sandbox", carol.nextCode());

  it("is given by add-developer --until, and told by list and preview from 14 days before", async () => {
    const until = inDays(10);
    await admin.succeed("add-developer", "carol", "--account", "sandbox", "--until", until, "--yes");
    expect(await admin.settings()).to.contain(`    carol: { until: ${until}, accounts: [sandbox] }\n`);
    const told = `The access of carol ends after ${until}, at ${inDays(11)}T00:00:00Z. mfa-admin extend carol --until DAY lets it go on.`;
    const { stdout } = await admin.succeed("list");
    expect(stdout.replace(/\s+/g, " "))
      .to.contain(told)
      .and.to.contain(`(until ${inDays(11)}T00:00:00Z)`);
    expect((await admin.succeed("preview")).stdout).to.contain(told);
    carol = await Workstation.enrolled(admin, "carol");
    expect((await login()).status).to.equal(0);
  });

  it("is no drift, and no change a second time", async () => {
    const drift = await admin.run("refresh", "--preview-only", "--exit-code");
    expect(drift.status, drift.stdout + drift.stderr).to.equal(0);
    await admin.succeed("refresh", "--yes");
    const preview = await admin.run("preview", "--exit-code");
    expect(preview.status, preview.stdout + preview.stderr).to.equal(0);
    expect(drift.stdout + preview.stdout).not.to.contain("has shut carol out");
  });

  it("is extended by a command about that person alone, whose edit is one line", async () => {
    await admin.editSettings((text) => text.replace("    alice: {}", "    alice: { accounts: [sandbox] }"));
    const [before, until] = [await admin.settings(), dayEndingIn(120, admin.sandbox.clock.now())];
    const { stdout } = await admin.succeed("extend", "carol", "--until", until, "--yes");
    expect(stdout).to.match(/^From now on the access of carol ends at \S+Z\.$/m);
    expect((await admin.succeed("history", "--limit", "1")).stdout).to.match(/ extend +changes .*carol /);
    expect(await admin.settings()).to.equal(before.replace(/carol: \{ until: [^,]*,/, `carol: { until: ${until},`));
    expect(roles("payments")).to.eql(["developer-alice", "developer-bob"]);
    await admin.editSettings((text) => text.replace("    alice: { accounts: [sandbox] }", "    alice: {}"));
    expect((await login()).status).to.equal(0);
  });

  it("is refused by the policies themselves from then on: login, open sessions and the key", async () => {
    const session = clients(admin.sandbox, await carol.profile("dev"));
    expect(await works(session)).to.equal(true);
    admin.sandbox.clock.advance(180);
    expect(await works(session)).to.equal(false);
    const { status, stderr } = await login();
    expect(status).to.equal(1);
    expect(stderr)
      .to.contain("Everything is denied to the owner of the access key")
      .and.to.contain("your access is locked (mfa-admin lock), is over (until), or was shut off otherwise")
      .and.to.contain("mfa-admin unlock, or mfa-admin extend where it is over, lets you in again.");
    expect((await Developer.enrol(admin.sandbox, "alice")).name).to.equal("alice");
  });

  it("is removed by the next up, told beforehand like any removal, and counted by its guard", async () => {
    const over = inDays(-1);
    await admin.editSettings((text) =>
      text
        .replace(/carol: .*/, `carol: { until: ${over}, accounts: [sandbox] }`)
        .replace("bob: {}", `bob: { until: ${over} }`),
    );
    const preview = await admin.succeed("preview");
    expect(preview.stdout)
      .to.contain(`The access of bob ended after ${over}`)
      .and.to.contain("Deletes access of carol");
    for (const command of [["list"], ["refresh", "--preview-only"]]) {
      expect((await admin.succeed(...command)).stdout, command.join(" "))
        .to.contain(`The access of bob ended after ${over}`)
        .and.to.contain(`The access of carol ended after ${over}`);
    }
    const guarded = await admin.run("up", "--yes", "--max-removals", "1");
    expect(guarded.status).to.equal(1);
    expect(guarded.stderr).to.contain("This removes 2 of 3 developers");
    expect(users()).to.have.members(["alice", "bob", "carol"]);
    await admin.succeed("up", "--yes");
    expect(users()).to.eql(["alice"]);
    expect((await admin.run("reset-password", "bob", "--yes")).stderr).to.contain(
      "mfa-admin extend bob --until DAY lets bob go on.",
    );
  });

  it("comes back with extend, whose next login works", async () => {
    const { stderr } = await admin.succeed("extend", "carol", "--until", inDays(30), "--yes");
    expect(stderr).to.contain("reset-password");
    expect(users()).to.have.members(["alice", "carol"]);
    carol = await Workstation.enrolled(admin, "carol");
    expect((await login()).status).to.equal(0);
  });

  it("is had per account, where the others go on", async () => {
    const { stdout } = await admin.succeed(
      "extend",
      "alice",
      "--account",
      "payments",
      "--until",
      inDays(20),
      "--no-up",
    );
    expect(stdout).to.contain("mfa-admin preview shows what up would do.");
    // Of the day of a developer and that of an account the earlier one counts.
    const written = await admin.settings();
    const [whole, account] = [
      ["extend", "alice", "--no-up", "--until"],
      ["--account", "payments"],
    ] as const;
    expect((await admin.succeed(...whole, inDays(30))).stdout).to.match(/^It ends earlier in payments \(\S+Z\): /m);
    await admin.succeed(...whole, inDays(10));
    const capped = (await admin.succeed(...whole, inDays(40), ...account)).stdout;
    expect(capped).to.contain(`the access of alice to payments ends at ${inDays(11)}T00:00:00Z.`);
    expect(capped).to.contain("All access of alice ends then: mfa-admin extend alice --until DAY lets it go on.");
    await admin.editSettings(() => written);
    expect(await admin.settings()).to.contain(
      `alice: { accounts: { sandbox: {}, payments: { until: ${inDays(20)} } } }`,
    );
    await admin.editSettings((text) =>
      text.replace(/payments: \{ until: [^}]*\}/, `payments: { until: ${inDays(-1)} }`),
    );
    await admin.succeed("up", "--yes");
    expect([roles("sandbox"), roles("payments")]).to.eql([["developer-alice", "developer-carol"], []]);
  });

  for (const [until, told] of [
    ["2020-01-01", "--until 2020-01-01: that was over at 2020-01-02T00:00:00Z."],
    ["2027-02-29", "--until 2027-02-29: there is no day 2027-02-29."],
    ["2027-01-31T12:00:00+09:00", "this must be a day, YYYY-MM-DD"],
  ] as const) {
    it(`refuses ${until}, and changes nothing`, async () => {
      const [from, settings] = [admin.sandbox.requests.length, await admin.settings()];
      for (const command of [
        ["extend", "alice", "--until", until],
        ["add-developer", "dora", "--until", until],
      ]) {
        const { status, stderr } = await admin.run(...command, "--yes");
        expect(status).to.equal(1);
        expect(stderr).to.contain(told);
      }
      expect(admin.changesSince(from)).to.eql([]);
      expect(await admin.settings()).to.equal(settings);
    });
  }
});
