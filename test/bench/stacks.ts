import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { assignmentTags } from "../../infra/assignment.ts";
import { roleNameOf } from "../../infra/names.ts";
import { developerPolicy, developerRoleTrust, serviceControlPolicy } from "../../infra/policies.ts";
import { type Settings, settingsSchema } from "../../infra/settings.ts";
import { installedAwsNativeVersion, installedPulumiRoot } from "../../toolchain/cache.js";
import type { BareResources } from "./bare-pulumi/bare-resources.ts";
import { outputOf, type Program } from "./measure.ts";
import { type SandboxDescription, type SandboxProcess, type SlowAws, startSandboxProcess } from "./sandbox.ts";

/** One side of a comparison: a Pulumi project in its own directory, and a local AWS that no other side uses. */
export interface Stack {
  directory: string;
  /** Applies the project. */
  up: Program;
  /** Previews the project. */
  preview: Program;
  /** Puts one more developer on the roster, so that there is something to be previewed. */
  addToRoster: () => Promise<void>;
  env: Record<string, string>;
  close: () => Promise<void>;
}

const stackName = "bench";
const cli = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const barePulumi = fileURLToPath(new URL("bare-pulumi/main.js", import.meta.url));

/** A stack of ours as `mfa-admin init` leaves it, with a roster to be applied. */
export async function ourStack(developers: number): Promise<Stack> {
  const sandbox = await startSandboxProcess();
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-ours-"));
  const env = environment(sandbox);
  await outputOf(ours(directory, env, ["init", ...initFlags(sandbox)]));
  const file = join(directory, `Pulumi.${stackName}.yaml`);
  const roster = developerNames(developers).map((name) => `    ${name}: {}\n`);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("mfa-admin:developers: {}\n", `mfa-admin:developers:\n${roster.join("")}`));
  return {
    directory,
    env,
    up: ours(directory, env, ["up", "--yes"]),
    preview: ours(directory, env, ["preview"]),
    addToRoster: async () => {
      const applied = await readFile(file, "utf8");
      await writeFile(file, applied.replace(/ {4}developer-001: \{\}\n/, `$&    ${addedName(developers)}: {}\n`));
    },
    close: closing(directory, sandbox),
  };
}

/** Whose the roles are, as the setting `roles` has it. */
export type Form = "shared" | "per-developer";

/**
 * A stack of ours with so many accounts, and developers who enter one of them each, in turn.
 *
 * @param options.everywhere whether they enter all of them instead
 */
export async function stackOfAccounts(
  accounts: number,
  developers: number,
  form: Form,
  { everywhere = false, slow = {} }: { everywhere?: boolean; slow?: SlowAws } = {},
): Promise<Stack & Pick<SandboxProcess, "throttled">> {
  const sandbox = await startSandboxProcess(accounts, slow);
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-accounts-"));
  const env = environment(sandbox);
  await outputOf(ours(directory, env, ["init", ...initFlags(sandbox)]));
  const file = join(directory, `Pulumi.${stackName}.yaml`);
  const names = Object.keys(sandbox.developmentAccounts);
  const roster = developerNames(developers).map(
    (name, index) => `    ${name}: ${everywhere ? "{}" : `{ accounts: [${names[index % accounts] ?? ""}] }`}\n`,
  );
  const text = await readFile(file, "utf8");
  const roles = form === "shared" ? "  mfa-admin:roles: shared\n" : "";
  await writeFile(
    file,
    text.replace("  mfa-admin:developers: {}\n", `${roles}  mfa-admin:developers:\n${roster.join("")}`),
  );
  return {
    ...{ directory, env, up: ours(directory, env, ["up", "--yes"]), preview: ours(directory, env, ["preview"]) },
    addToRoster: () => Promise.resolve(),
    throttled: sandbox.throttled,
    close: closing(directory, sandbox),
  };
}

/** The same resources, registered by a program with nothing but the Automation API; the stack exists already, too. */
export async function bareStack(developers: number): Promise<Stack> {
  const sandbox = await startSandboxProcess();
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-bare-"));
  await mkdir(join(directory, "state"));
  await writeFile(join(directory, "Pulumi.yaml"), "name: mfa-admin\nruntime: nodejs\n");
  const register = (count: number): Promise<void> =>
    writeFile(
      join(directory, "resources.json"),
      JSON.stringify(bareResourcesOf(settingsOf(sandbox, count), sandbox.managementAccount)),
    );
  await register(developers);
  const env = { ...environment(sandbox), PULUMI_BACKEND_URL: `file://${directory}/state` };
  const program = { script: barePulumi, cwd: directory, env };
  await outputOf({ ...program, args: ["init"] });
  return {
    directory,
    env,
    up: { ...program, args: ["up"] },
    preview: { ...program, args: ["preview"] },
    addToRoster: () => register(developers + 1),
    close: closing(directory, sandbox),
  };
}

/** `mfa-admin add-developer` on a copy of a stack, so that the next one finds the same as this one. */
export async function addDeveloper<T>(
  { directory, env }: Stack,
  name: string,
  run: (program: Program) => Promise<T>,
): Promise<T> {
  const copy = await mkdtemp(join(tmpdir(), "mfa-admin-bench-add-"));
  await cp(directory, copy, { recursive: true });
  const result = await run(ours(copy, env, ["add-developer", name, "--yes"]));
  await rm(copy, { recursive: true });
  return result;
}

/** A command of ours in a project's directory. */
export function ours(directory: string, env: Record<string, string>, args: string[]): Program {
  return { script: cli, args, cwd: directory, env };
}

function environment({ environment }: SandboxDescription): Record<string, string> {
  const root = installedPulumiRoot();
  return {
    ...environment,
    PATH: [...(root === undefined ? [] : [join(root, "bin")]), process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: "",
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    MFA_ADMIN_STACK: stackName,
  };
}

function closing(directory: string, sandbox: { stop: () => Promise<void> }): () => Promise<void> {
  return async () => {
    await sandbox.stop();
    await rm(directory, { recursive: true });
  };
}

function initFlags({ authAccount, developmentAccounts, organizationalUnit }: SandboxDescription): string[] {
  return [
    ...["--auth-account", authAccount, "--organizational-unit", organizationalUnit],
    ...Object.entries(developmentAccounts).flatMap(([name, id]) => ["--development-account", `${name}=${id}`]),
  ];
}

function developerNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `developer-${String(index + 1).padStart(3, "0")}`);
}

/** The name of the developer after this many. */
function addedName(developers: number): string {
  return developerNames(developers + 1).at(-1) ?? "";
}

function settingsOf(
  { authAccount, developmentAccounts, organizationalUnit }: SandboxDescription,
  developers: number,
): Settings {
  return settingsSchema.parse({
    organizationalUnits: [organizationalUnit],
    authAccount,
    // In the order in which the engine hands them to a program.
    developmentAccounts: Object.fromEntries(Object.entries(developmentAccounts).sort()),
    developers: Object.fromEntries(developerNames(developers).map((name) => [name, {}])),
  });
}

/** What the bare program registers: what our program makes of these settings, worked out beforehand. */
function bareResourcesOf(settings: Settings, managementAccount: string): BareResources {
  const { authAccount, developmentAccounts, accessRole, permissions, sessionDuration } = settings;
  const accounts = Object.entries(developmentAccounts);
  return {
    parallel: 96,
    pluginVersion: installedAwsNativeVersion(),
    accessRole,
    managementAccount,
    authAccount,
    developmentAccounts,
    organizationalUnits: settings.organizationalUnits,
    serviceControlPolicy: serviceControlPolicy(),
    developerPolicy: developerPolicy(settings),
    developers: Object.keys(settings.developers).map((userName) => ({
      userName,
      tags: Object.entries(assignmentTags(settings, userName)).map(([key, value]) => ({ key, value })),
      roles: accounts.map(([account]) => ({
        name: `${userName}@${account}`,
        account,
        properties: {
          roleName: roleNameOf(settings, userName),
          description: `What ${userName} may do in ${account}, with MFA.`,
          assumeRolePolicyDocument: developerRoleTrust(settings, userName),
          managedPolicyArns: permissions,
          maxSessionDuration: sessionDuration,
        },
      })),
    })),
  };
}
