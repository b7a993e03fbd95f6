import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

import { cliEnvironment, isSameForPlugins } from "./cli-environment.ts";
import { filesIn, restoreFrom, saveTo } from "./files.ts";
import { keyOfTests, keyService } from "./key-service.ts";
import { madeOnce } from "./made-once.ts";
import { type RecordedRequest, type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/index.ts";
import { Plugins } from "./plugins.ts";
import { ResidentCli } from "./resident.ts";
import { requireValidOutput } from "./results.ts";
import { killGroup, limitMilliseconds, type Size, Terminal } from "./terminal.ts";
import type { Deployment, Resource } from "../../cli/engine/deployment.ts";

/** The result of a run of the CLI. */
export interface Result {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A resource in the state. */
export interface ResourceInState {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  /** The provider's URN and id. */
  provider?: string;
  dependencies?: string[];
  protect?: boolean;
  resourceHooks?: Record<string, string[]>;
}

export interface RunOptions {
  /** Changes of the environment; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** The working directory; the project's by default. */
  cwd?: string;
  /** Arguments for Node itself. */
  node?: string[];
  /** Does something to the process while it runs. */
  meanwhile?: (child: ChildProcess) => Promise<void>;
  /** Whether Node and the plugins are started anew, as for users. Default: where it may make a difference. */
  ownProcesses?: boolean;
}

export interface ProjectOptions extends SandboxOptions {
  /** The names on the roster, as YAML texts. */
  developers?: string[];
  /** Edits the settings. */
  edit?: (settings: string) => string;
  /** Whether a passphrase keeps the stack's secrets, which is `init`'s default. Default here: no. */
  passphrase?: boolean;
}

/** The port of the last local AWS of this mocha process, and whether a running one uses it. */
const place = { port: 0, isTaken: false };

/**
 * Starts a local AWS at the port of the one before, with the same administrator: plugins that were started for that one can then be used
 * for this one.
 */
async function startHere(options: SandboxOptions): Promise<Sandbox> {
  const isFree = !place.isTaken;
  if (isFree) place.isTaken = true;
  const sandbox = await startSandbox({
    ...(isFree && { port: place.port }),
    administrator: {
      accessKeyId: "AKIAADMINISTRATOR234",
      secretAccessKey: "TheAdministratorsSecretAccessKeyOfAllTests",
    },
    ...options,
  });
  if (isFree) place.port = portOf(sandbox);
  return sandbox;
}

function leave(sandbox: Sandbox): void {
  if (portOf(sandbox) === place.port) place.isTaken = false;
}

const portOf = ({ endpoint }: Sandbox): number => Number(new URL(endpoint).port);

/** The resident CLI, one for the whole mocha process. */
const resident = new ResidentCli();

export const program = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

/** The resources of a state without some of them, and without their URNs in the others' lists. */
export function withoutResources(resources: Resource[], isOut: (urn: string) => boolean): Resource[] {
  const others = resources.filter(({ urn }) => !isOut(urn));
  const withoutUrns = (_: string, value: unknown): unknown =>
    Array.isArray(value) ? value.filter((one) => typeof one !== "string" || !isOut(one)) : value;
  return JSON.parse(JSON.stringify(others), withoutUrns) as Resource[];
}

/** An administrator: an organization, a project directory, and the built CLI. */
export class Administrator {
  readonly sandbox: Sandbox;
  readonly directory: string;
  /** The result of the `up` that has made the stack of {@link withStack}. */
  firstUp: Result | undefined;
  /** All output of the CLI so far. */
  printed = "";
  readonly #plugins: Plugins;
  readonly #running = new Set<() => void>();

  readonly #directories: string[] = [];

  readonly #keys: string;

  private constructor(sandbox: Sandbox, directory: string, plugins: Plugins, keys: string) {
    this.sandbox = sandbox;
    this.directory = directory;
    this.#plugins = plugins;
    this.#keys = keys;
  }

  /** An administrator with an empty directory, before `init`. */
  static async withoutProject(options: SandboxOptions = {}): Promise<Administrator> {
    if (!existsSync(fileURLToPath(new URL("../../dist/cli/command.js", import.meta.url)))) {
      throw new Error("These tests run the CLI as it is built: run npm run build first.");
    }
    const sandbox = await startHere(options);
    // These plugins live too long to do without garbage collection.
    const plugins = await Plugins.offer(() => cliEnvironment(sandbox, { GOGC: undefined }));
    return new Administrator(sandbox, await mkdtemp(join(tmpdir(), "mfa-admin-cli-")), plugins, await keyService());
  }

  /** An administrator after `init`, with the stack "main" and these developers on its roster. */
  static async withProject({
    developers = [],
    edit,
    passphrase = false,
    ...options
  }: ProjectOptions = {}): Promise<Administrator> {
    const administrator = await Administrator.withoutProject(options);
    await cp(await initializedProject(passphrase), administrator.directory, { recursive: true });
    if (developers.length > 0) {
      await administrator.editSettings((text) =>
        text.replace("developers: {}", `developers:\n${developers.map((name) => `    ${name}: {}`).join("\n")}`),
      );
    }
    if (edit !== undefined) await administrator.editSettings(edit);
    return administrator;
  }

  /**
   * An administrator after `init` and the first `up`, for tests that begin there. One `up` is run for all tests with the same options; its
   * requests are not recorded.
   */
  static async withStack(options: ProjectOptions = {}): Promise<Administrator> {
    const administrator = await Administrator.withProject(options);
    // The other options are about AWS's answers, not about its content.
    const { developmentAccounts, serviceControlPolicies, resourceControlPolicies, stackSetsAccess } = options;
    const organization = {
      ...(resourceControlPolicies !== undefined && { resourceControlPolicies }),
      ...(stackSetsAccess !== undefined && { stackSetsAccess }),
      ...(developmentAccounts !== undefined && { developmentAccounts }),
      ...(serviceControlPolicies !== undefined && { serviceControlPolicies }),
    };
    const settings = await administrator.settings();
    const key = JSON.stringify([settings, organization]);
    const template = await madeOnce(key, async (directory) => {
      const first = await Administrator.withProject({ ...organization, passphrase: options.passphrase ?? false });
      await writeFile(first.settingsFile, settings);
      try {
        const result = await first.succeed("up", "--yes");
        await saveTo(directory, first);
        await writeFile(join(directory, "up.json"), JSON.stringify(result));
      } finally {
        await first.close();
      }
    });
    await restoreFrom(template, administrator);
    administrator.firstUp = JSON.parse(await readFile(join(template, "up.json"), "utf8")) as Result;
    return administrator;
  }

  get settingsFile(): string {
    return join(this.directory, "Pulumi.main.yaml");
  }

  get stateDirectory(): string {
    return join(this.directory, ".mfa-admin", "state");
  }

  /** The stack's resources in the state file. */
  async resourcesInState(): Promise<ResourceInState[]> {
    const file = join(this.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json");
    const state = JSON.parse(await readFile(file, "utf8")) as {
      checkpoint: { latest: { resources: ResourceInState[] } };
    };
    return state.checkpoint.latest.resources;
  }

  /** Edits the state file, without the engine. */
  async editState(edit: (deployment: Deployment) => void): Promise<void> {
    const file = join(this.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json");
    const state = JSON.parse(await readFile(file, "utf8")) as { checkpoint: { latest: Deployment } };
    edit(state.checkpoint.latest);
    await writeFile(file, JSON.stringify(state));
    // Pulumi compares the file with this checksum.
    await rm(`${file}.attrs`, { force: true });
  }

  /**
   * Changes the state as if a run had died in an operation on a resource. One that the run was making is no part of the state.
   *
   * @param name the resource's name in the program, such as alice@sandbox
   */
  unfinish(type: "creating" | "updating" | "deleting", name: string): Promise<void> {
    return this.editState((deployment) => {
      const isMeant = ({ urn, custom }: Resource): boolean => custom && urn.endsWith(`::${name}`);
      const resource = deployment.resources.find(isMeant);
      if (resource === undefined) throw new Error(`the state has no resource ${name}`);
      deployment.pending_operations = [{ resource, type }];
      if (type === "creating")
        deployment.resources = withoutResources(deployment.resources, (urn) => urn === resource.urn);
    });
  }

  settings(): Promise<string> {
    return readFile(this.settingsFile, "utf8");
  }

  /** The names on the roster, parsed: the file's text may contain any name by chance, in its encryption salt. */
  async roster(): Promise<string[]> {
    const { config } = parse(await this.settings()) as { config: Record<string, Record<string, unknown> | undefined> };
    return Object.keys(config["mfa-admin:developers"] ?? {});
  }

  async editSettings(edit: (text: string) => string): Promise<void> {
    const before = await this.settings();
    const after = edit(before);
    if (after === before) throw new Error("this edit changes nothing");
    await writeFile(this.settingsFile, after);
  }

  /** The text of every file in the project, without the state's own files. */
  async files(): Promise<Record<string, string>> {
    const texts: Record<string, string> = {};
    for (const path of await filesIn(this.directory)) {
      if (!path.startsWith(join(".mfa-admin", "state"))) {
        texts[path] = await readFile(join(this.directory, path), "utf8");
      }
    }
    return texts;
  }

  environment(changes: Record<string, string | undefined> = {}): Record<string, string> {
    return cliEnvironment(this.sandbox, { AWS_ENDPOINT_URL_KMS: this.#keys, ...changes });
  }

  /** Runs the CLI without a terminal. */
  run(...args: string[]): Promise<Result> {
    return this.runWith({}, ...args);
  }

  runWith(
    { env = {}, cwd, node = [], meanwhile, ownProcesses = meanwhile !== undefined }: RunOptions,
    ...args: string[]
  ): Promise<Result> {
    const directory = cwd ?? this.directory;
    const environment = this.environment({ ...env, ...(!ownProcesses && this.#pluginsFor(env)) });
    if (!ownProcesses && node.length === 0 && resident.suits(env)) {
      return resident.run(args, directory, environment, limitMilliseconds).then((result) => this.#told(args, result));
    }
    const child = spawn(process.execPath, [...node, program, ...args], {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that a hanging command can be killed with all its children.
      detached: true,
    });
    const result: Result = { status: null, stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => (result.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (result.stderr += data.toString()));
    const stop = (): void => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    this.#running.add(stop);
    const timer = setTimeout(stop, limitMilliseconds);
    const ended = new Promise<Result>((resolve, reject) => {
      child.once("error", reject);
      meanwhile?.(child).catch(reject);
      child.once("close", (status) => {
        clearTimeout(timer);
        this.#running.delete(stop);
        resolve({ ...result, status });
      });
    });
    return ended.then((done) => this.#told(args, done));
  }

  #told(args: string[], result: Result): Result {
    this.printed += result.stdout + result.stderr;
    requireValidOutput(args, result.stdout);
    return result;
  }

  /** Runs the CLI, and throws its stderr unless it succeeds. */
  async succeed(...args: string[]): Promise<Result> {
    const result = await this.run(...args);
    if (result.status !== 0) {
      throw new Error(`mfa-admin ${args.join(" ")} ended with ${result.status ?? "a signal"}:\n${result.stderr}`);
    }
    return result;
  }

  /** Runs the CLI with `--json` and returns what it prints. */
  async json(...args: string[]): Promise<{ status: number | null; value: unknown }> {
    const { status, stdout } = await this.run(...args, "--json");
    return { status, value: JSON.parse(stdout) as unknown };
  }

  /** Runs the CLI on a terminal, for questions, passwords and Ctrl-C. */
  terminal(...args: string[]): Terminal {
    return this.terminalWith({}, ...args);
  }

  terminalWith(
    { env = {}, cwd, node = [], size }: Omit<RunOptions, "meanwhile"> & { size?: Size },
    ...args: string[]
  ): Terminal {
    const terminal = new Terminal(
      [process.execPath, ...node, program, ...args],
      cwd ?? this.directory,
      this.environment({ ...env, ...this.#pluginsFor(env) }),
      (text) => {
        this.printed += text;
      },
      size,
    );
    this.#running.add(() => {
      terminal.kill();
    });
    return terminal;
  }

  #pluginsFor(env: Record<string, string | undefined>): Record<string, string> {
    return isSameForPlugins(env) ? this.#plugins.variables : {};
  }

  /** The requests since `from` that changed something in AWS. */
  changesSince(from: number): RecordedRequest[] {
    return this.sandbox.requests
      .slice(from)
      .filter(({ action }) => !/^(Get|List|Describe|Simulate|Lookup|AssumeRole|GenerateCredentialReport)/.test(action));
  }

  /**
   * Saves the project and the local AWS's content, so that a test need not undo its changes by further runs of the CLI.
   *
   * @returns a function that restores both. Time goes on, and so do the records of requests.
   */
  async save(): Promise<() => Promise<void>> {
    const directory = await this.makeDirectory("mfa-admin-saved-");
    await saveTo(directory, this);
    return () => restoreFrom(directory, this);
  }

  /** Makes a temporary directory that {@link close} removes. */
  async makeDirectory(prefix: string): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), prefix));
    this.#directories.push(directory);
    return directory;
  }

  async close(): Promise<void> {
    for (const stop of this.#running) stop();
    this.#plugins.close();
    await this.sandbox.close();
    leave(this.sandbox);
    if (process.env["MFA_ADMIN_TEST_KEEP"] !== undefined) return;
    for (const directory of [this.directory, ...this.#directories])
      await rm(directory, { recursive: true, force: true });
  }
}

export const initFlags = (sandbox: Sandbox): string[] => [
  ...["--stack", "main", "--auth-account", sandbox.authAccount, "--organizational-unit", sandbox.organizationalUnit],
  ...Object.entries(sandbox.developmentAccounts).flatMap(([name, id]) => ["--development-account", `${name}=${id}`]),
];

/** A project after `init`. Nothing in it depends on the sandbox that it was made with. */
function initializedProject(passphrase: boolean): Promise<string> {
  return madeOnce(`init ${passphrase}`, async (directory) => {
    const administrator = await Administrator.withoutProject();
    try {
      const keeper = passphrase ? [] : ["--secrets-provider", keyOfTests];
      await administrator.succeed("init", ...initFlags(administrator.sandbox), ...keeper);
      await cp(administrator.directory, directory, { recursive: true });
    } finally {
      await administrator.close();
    }
  });
}
