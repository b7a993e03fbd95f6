import { expect } from "chai";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { GithubSetUp } from "../../../cli/results/init.ts";
import { Administrator, type Result } from "../../support/harness.ts";
import { fromGit, lockFile, pathWithGh } from "../../support/gh.ts";

describe("init --ci github, on how GitHub names the repository", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject();
    await promisify(execFile)("git", ["init", "--quiet"], { cwd: admin.directory });
    const files = {
      "Pulumi.yaml": "name: mfa-admin\nruntime: nodejs\nbackend:\n  url: s3://our-state?region=eu-west-1\n",
      "package.json": JSON.stringify({ devDependencies: { "mfa-admin": fromGit } }),
      "package-lock.json": lockFile,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(admin.directory, name), text);
  });
  after(() => admin.close());

  async function init(answer: Record<string, unknown> | undefined, ...flags: string[]): Promise<Result> {
    const env = { PATH: await pathWithGh(join(admin.directory, "bin"), answer) };
    return admin.runWith({ env }, "init", "--ci", "github", "--repository", "example/access", ...flags);
  }

  const warnings = ({ stdout }: Result): string[] => (JSON.parse(stdout) as GithubSetUp).warnings;

  /** The subjects that the role of `up` and that of the preview trust. */
  function subjects({ stdout }: Result): unknown[] {
    const { roles } = JSON.parse(stdout) as GithubSetUp;
    return ["mfa-admin-ci-up", "mfa-admin-ci-preview"].map((name) => {
      const [statement] = roles.find((role) => role.name === name)?.trust.Statement ?? [];
      return statement?.Condition?.["StringEquals"]?.["token.actions.githubusercontent.com:sub"];
    });
  }

  it("trusts the immutable subject of a repository that has one", async () => {
    const result = await init({ sub_claim_prefix: "repo:example@123456/access@456789" }, "--json");
    expect(warnings(result)).to.eql([]);
    expect(subjects(result)).to.eql([
      ["repo:example@123456/access@456789:ref:refs/heads/main"],
      ["repo:example@123456/access@456789:pull_request", "repo:example@123456/access@456789:ref:refs/heads/main"],
    ]);
  });

  it("trusts the name where GitHub knows of no other, as GitHub Enterprise Server does", async () => {
    const result = await init({ use_default: true }, "--json");
    expect(warnings(result)).to.eql([]);
    expect(subjects(result)[0]).to.eql(["repo:example/access:ref:refs/heads/main"]);
  });

  it("says that nobody was asked, and how to, where gh is missing or nobody is signed in", async () => {
    const { status, stdout, stderr } = await init(undefined);
    expect(status).to.equal(0);
    expect(stdout).to.contain("mfa-admin-ci-up       in 111111111111: up on main");
    expect(
      await readFile(join(admin.directory, ".github/mfa-admin/main/mfa-admin-ci-up-trust.json"), "utf8"),
    ).to.contain('"repo:example/access:ref:refs/heads/main"');
    expect(stderr).to.equal(
      "Note: GitHub was not asked how it names example/access. The trust policies name it as repositories from before July 15, 2026 are named; later ones have ids in their subject. Look by gh api repos/example/access/actions/oidc/customization/sub, and give its sub_claim_prefix to --sub-claim-prefix.\n",
    );
  });

  it("takes --sub-claim-prefix for it, and asks nobody then", async () => {
    const result = await init(undefined, "--sub-claim-prefix", "repo:example@1/access@2", "--json");
    expect(warnings(result)).to.eql([]);
    expect(subjects(result)[0]).to.eql(["repo:example@1/access@2:ref:refs/heads/main"]);
    const refused = await init(undefined, "--sub-claim-prefix", "example/access", "--json");
    expect(JSON.parse(refused.stdout)).to.eql({
      error: {
        message: "--sub-claim-prefix example/access: no subject begins like this.",
        remedy: "Write it as GitHub does: repo:OWNER@ID/NAME@ID, or repo:OWNER/NAME.",
      },
    });
  });

  it("says so where the repository makes its subject of other claims", async () => {
    const result = await init({ use_default: false, include_claim_keys: ["repository_id"] }, "--json");
    expect(warnings(result)).to.eql([
      "example/access has a subject claim of its own making: adapt the trust policies to it.",
    ]);
  });
});
