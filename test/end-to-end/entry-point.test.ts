import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect } from "chai";

import { installedAwsNativeVersion, installedPulumiRoot } from "../../toolchain/cache.js";
import { isolatedEnvironment } from "../support/environment.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { startLanguageHost, type LanguageHost } from "../infra/language-host.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("plain Pulumi on the same stack", () => {
  let sandbox: Sandbox;
  let directory: string;
  let env: Record<string, string>;
  let host: LanguageHost;

  before(async () => {
    sandbox = await startSandbox();
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-plain-"));
    env = isolatedEnvironment({
      ...sandbox.environment(),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_BACKEND_URL: `file://${directory}`,
      MFA_ADMIN_AWS_NATIVE_VERSION: installedAwsNativeVersion() ?? "",
    });
    // Pulumi.yaml is the checkout's, with an absolute path of the program.
    const project = await readFile(join(root, "Pulumi.yaml"), "utf8");
    await writeFile(join(directory, "Pulumi.yaml"), project.replace("main: ", `main: ${root}/`));
    await mfaAdmin("init", "--stack", "main", "--auth-account", sandbox.authAccount, ...accountFlags());
    await mfaAdmin("add-developer", "alice", "--yes");
    host = await startLanguageHost(env);
  });

  after(async () => {
    host.close();
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });

  function accountFlags(): string[] {
    const accounts = Object.entries(sandbox.developmentAccounts);
    const flags = accounts.flatMap(([name, id]) => ["--development-account", `${name}=${id}`]);
    return [...flags, "--organizational-unit", sandbox.organizationalUnit];
  }

  async function mfaAdmin(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "bin/run.js"), ...args], {
      cwd: directory,
      env,
    });
    return stdout;
  }

  const pulumi = (...args: string[]): Promise<string> => pulumiIn(directory, ...args);

  async function pulumiIn(cwd: string, ...args: string[]): Promise<string> {
    const installed = installedPulumiRoot();
    const command = installed === undefined ? "pulumi" : join(installed, "bin", "pulumi");
    const { stdout } = await promisify(execFile)(
      command,
      [...args, "--stack=main", "--non-interactive", `--client=${host.address}`],
      { cwd, env },
    );
    return stdout;
  }

  it("shows no difference after mfa-admin up", async () => {
    await pulumi("preview", "--expect-no-changes");
  });

  it("changes nothing after mfa-admin up", async () => {
    const from = sandbox.requests.length;
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    const changes = sandbox.requests
      .slice(from)
      .filter(({ action }) => /^(Create|Update|Delete)Resource$/.test(action));
    expect(changes).to.eql([]);
  });

  it("shows none in a repository of one's own, which names mfa-admin as a dependency", async () => {
    const own = join(directory, "own");
    await mkdir(join(own, "node_modules"), { recursive: true });
    await symlink(root, join(own, "node_modules", "mfa-admin"));
    const manifest = { type: "module", main: "index.js", dependencies: { "mfa-admin": "*" } };
    await writeFile(join(own, "package.json"), JSON.stringify(manifest));
    await writeFile(join(own, "index.js"), 'export { default } from "mfa-admin";\n');
    await writeFile(join(own, "Pulumi.yaml"), "name: mfa-admin\nruntime: nodejs\n");
    await copyFile(join(directory, "Pulumi.main.yaml"), join(own, "Pulumi.main.yaml"));
    await pulumiIn(own, "preview", "--expect-no-changes");
  });

  it("applies an edited roster and a policy of the organization's own, and mfa-admin finds nothing left to do", async () => {
    const file = join(directory, "Pulumi.main.yaml");
    const Statement = { Effect: "Deny", Action: "ec2:*", Resource: "*" };
    await writeFile(join(directory, "machines.json"), JSON.stringify({ Version: "2012-10-17", Statement }));
    const edited = (await readFile(file, "utf8"))
      .replace("alice: {}", "alice: {}\n    carol: {}")
      .replace("config:\n", "config:\n  mfa-admin:serviceControlPolicies: [machines.json]\n");
    await writeFile(file, edited);
    await pulumi("up", "--yes", "--skip-preview");
    expect([...sandbox.organization.policies.values()].map(({ name }) => name)).to.include("mfa-admin-own-machines");
    expect(await mfaAdmin("preview", "--exit-code")).to.contain("Nothing to do: ");
  });
});
