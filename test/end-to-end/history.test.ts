import { execFileSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import { expect } from "chai";

import type { History } from "../../cli/results/history.ts";
import type { Role } from "../sandbox/index.ts";
import { trust } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";
import { readingRoles } from "../support/ci-roles.ts";

const job = { GITHUB_ACTIONS: "true", GITHUB_ACTOR: "octocat", GITHUB_RUN_ID: "123456789" };

describe("history", () => {
  let admin: Administrator;
  /** The environment of a CI job that may only read. */
  let reading: Record<string, string>;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
    const dates: Record<string, string> = {};
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Carol", "-c", "user.email=carol@example.com", ...args], {
        cwd: admin.directory,
        env: { ...process.env, ...dates },
      });
    git("init", "--quiet");
    git("add", "Pulumi.main.yaml");
    git("commit", "--quiet", "--message", "Begin");
    await admin.succeed("add-developer", "bob", "--yes");
    // The commit is of the second in which the run began, as on a quick machine.
    dates["GIT_COMMITTER_DATE"] = (await told({}, "--limit", "1")).rows[0]?.at ?? "";
    git("commit", "--all", "--quiet", "--message", "Let bob in");
    // Git, Pulumi and CloudTrail tell seconds: the next commands are of later ones.
    admin.sandbox.clock.advance(2);
    await admin.succeed("lock", "alice", "--yes");
    await admin.succeed("unlock", "alice", "--yes");
    await setTimeout(1000);
    admin.sandbox.clock.advance(2);
    const { status, stderr } = await admin.runWith({ env: job }, "remove-developer", "bob", "--yes");
    expect(status, stderr).to.equal(0);
    reading = await readingRoles(admin);
  });
  after(() => admin.close());

  async function told(env: Record<string, string>, ...args: string[]): Promise<History & { lines: string[] }> {
    const { stdout } = await admin.runWith({ env }, "history", "--json", ...args);
    const found = JSON.parse(stdout) as History;
    return { ...found, lines: found.rows.map(({ source, who, what, whom }) => [source, who, what, ...whom].join(" ")) };
  }

  it("tells who ran what and whom it changed, by the state and by git, in one table, and asks AWS nothing", async () => {
    const from = admin.sandbox.requests.length;
    const { stdout, stderr, status } = await admin.run("history");
    expect({ status, stderr, calls: admin.sandbox.requests.slice(from) }).to.eql({ status: 0, stderr: "", calls: [] });
    expect(stdout).to.match(/^When +Who +What +Whom +Source$/m);
    expect(stdout).to.match(
      /^20[-\d]+ [\d:]+ UTC +octocat,run-123456789 +remove-developer +removes bob +state [0-9a-f]{8}$/m,
    );
    expect(stdout).to.match(/^20[-\d]+ [\d:]+ UTC +Carol +Let bob in +adds bob +git [0-9a-f]{8}$/m);
    expect(stdout).to.match(/^20[-\d]+ [\d:]+ UTC +administrator +add-developer +adds bob +state [0-9a-f]{8}$/m);
  });

  it("tells what concerned one developer alone, so many rows at most, from a day on", async () => {
    const { lines, older } = await told({}, "--developer", "bob", "--limit", "2");
    expect({ lines, older }).to.eql({
      lines: ["state octocat,run-123456789 remove-developer bob", "git Carol Let bob in bob"],
      older: 1,
    });
    expect((await admin.run("history", "--limit", "1")).stdout).to.match(
      /^4 older rows left out; --limit shows more\.$/m,
    );
    expect((await told({}, "--developer", "Bob")).lines).to.have.length(3);
    expect((await admin.run("history", "--developer", "carol")).stdout).to.match(
      /^Nothing is known to have been done about carol since 20[-\d]+\.$/m,
    );
    expect((await told({}, "--since", "2200-01-01")).rows).to.eql([]);
    expect((await admin.run("history", "--since", "tomorrow")).stderr).to.contain("--since tomorrow: this is no day.");
  });

  it("with --cloudtrail tells who changed users and roles in each account, by the names of the sessions; CI's reading roles will do", async () => {
    const { lines, rows, missed } = await told(reading, "--cloudtrail", "--limit", "1000");
    expect(missed).to.eql([]);
    expect(lines).to.include.members([
      ...["cloudtrail administrator iam:PutUserPolicy mfa-admin-lock alice"],
      ...["cloudtrail administrator iam:PutRolePolicy mfa-admin-lock alice"],
      // The next calls are of sessions that the engine has opened itself: the tests' plugins do (`plugins.ts`).
      ...["cloudtrail administrator iam:CreateUser bob", "cloudtrail administrator iam:CreateRole bob"],
      ...["cloudtrail octocat,run-123456789 iam:DeleteUser bob", "cloudtrail octocat,run-123456789 iam:DeleteRole bob"],
    ]);
    expect(rows.filter(({ account }) => account === "sandbox").length).to.be.greaterThan(3);
    const { stdout } = await admin.runWith({ env: reading }, "history", "--cloudtrail", "--developer", "alice");
    expect(stdout).to.match(/ administrator +iam:PutRolePolicy mfa-admin-lock +alice +cloudtrail payments$/m);
  });

  it("goes on where an account can't be read, or the state can't be reached, and says so", async () => {
    const roles = admin.sandbox.organization.account("444444444444").roles;
    const open = roles.get("mfa-admin-ci-read") as Role;
    roles.add({ ...open, trustPolicy: trust("arn:aws:iam::444444444444:root") });
    const { complete, missed, lines } = await told({ ...reading, PULUMI_BACKEND_URL: "s3://nowhere" }, "--cloudtrail");
    roles.add(open);
    expect(complete).to.equal(false);
    expect(missed.map(({ what }) => what)).to.have.members([
      "the history of the state",
      "the event history of payments",
    ]);
    expect(lines).to.include("git Carol Let bob in bob");
    expect((await admin.runWith({ env: { PULUMI_BACKEND_URL: "s3://nowhere" } }, "history")).status).to.equal(1);
  });
});
