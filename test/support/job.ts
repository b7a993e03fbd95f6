import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { parse } from "yaml";

import { clients, given } from "../sandbox/testing.ts";
import type { Administrator } from "./harness.ts";
import { Plugins } from "./plugins.ts";

interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency: { group: string; "cancel-in-progress": boolean };
  defaults?: { run: { "working-directory": string } };
  jobs: Record<string, { permissions: Record<string, string>; if?: string; steps: Step[] }>;
}

/** The parameters of a job. */
export interface JobOptions {
  workflow: string;
  /** The event's payload, which GitHub writes to `GITHUB_EVENT_PATH`. */
  event: Record<string, unknown>;
  secrets: Record<string, string>;
  /** The inputs of a manual start. */
  inputs?: Record<string, string>;
  /** The output at which somebody cancels the job. */
  cancelAt?: RegExp;
}

export interface JobResult {
  /** The steps that ran, by name, with their exit status. */
  steps: Record<string, number | null>;
  summary: string;
  output: string;
}

/** A comment or an issue on GitHub. */
export interface Post {
  id: number;
  number: number;
  title?: string;
  body: string;
  state: string;
  user: { login: string };
}

const checkout = fileURLToPath(new URL("../../", import.meta.url));

/**
 * A GitHub runner, as far as the workflows need one: it runs the steps of a job in order, in the same shell, with the event's files.
 * Actions are replaced by their effect: credentials are those of the role, assumed in the local AWS.
 */
export class Runner {
  readonly #admin: Administrator;
  readonly #environment: Record<string, string>;
  readonly #directory: string;

  private constructor(admin: Administrator, environment: Record<string, string>, directory: string) {
    this.#admin = admin;
    this.#environment = environment;
    this.#directory = directory;
  }

  static async start(admin: Administrator, environment: Record<string, string>): Promise<Runner> {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-runner-"));
    const runner = new Runner(admin, environment, directory);
    await mkdir(join(directory, "bin"));
    await runner.#program("gh", gh);
    // `npm ci` installs nothing: the CLI is that of this checkout.
    await runner.#program("npm", `if (args.join() !== "ci") throw new Error("npm " + args.join(" "));`);
    const modules = join(admin.directory, "node_modules");
    await mkdir(join(modules, ".bin"), { recursive: true });
    await symlink(checkout, join(modules, "mfa-admin"));
    await symlink(join("..", "mfa-admin", "bin", "run.js"), join(modules, ".bin", "mfa-admin"));
    return runner;
  }

  /** The comments and issues that `gh` has written. */
  async posts(): Promise<Post[]> {
    try {
      return JSON.parse(await readFile(join(this.#directory, "posts.json"), "utf8")) as Post[];
    } catch {
      return [];
    }
  }

  /** Deletes all comments and issues. */
  async forget(): Promise<void> {
    await rm(join(this.#directory, "posts.json"), { force: true });
  }

  async run({ workflow: file, event, secrets, inputs = {}, cancelAt }: JobOptions): Promise<JobResult> {
    const text = await readFile(join(this.#admin.directory, ".github", "workflows", file), "utf8");
    const workflow = parse(text) as Workflow;
    const temporary = await mkdtemp(join(this.#directory, "job-"));
    const files = { GITHUB_EVENT_PATH: "event.json", GITHUB_OUTPUT: "output", GITHUB_STEP_SUMMARY: "summary.md" };
    for (const name of Object.values(files)) await writeFile(join(temporary, name), "");
    await writeFile(join(temporary, "event.json"), JSON.stringify(event));
    const outputs: Record<string, { outputs: Record<string, string> }> = {};
    const event_name = "merge_group" in event ? "merge_group" : "pull_request";
    const github = { event, event_name, repository: "example/access", ref_name: "main", token: "a-token" };
    const contexts = { github, secrets, inputs, steps: outputs };
    let failed = false;
    let credentials: Record<string, string | undefined> = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    };
    const result: JobResult = { steps: {}, summary: "", output: "" };
    const [job] = Object.values(workflow.jobs);
    if (job === undefined || (job.if !== undefined && !holds(job.if, contexts))) return result;
    // The engine's runs in one job have the same credentials, and can share plugins.
    const own = { ...this.#environment, GOGC: undefined };
    const plugins = await Plugins.offer(() => this.#admin.environment({ ...own, ...credentials }));
    try {
      for (const step of job.steps) {
        if (!isDue(step.if, failed, contexts)) continue;
        if (step.uses?.startsWith("aws-actions/") === true) {
          credentials = await this.assume(step.with?.["role-to-assume"] ?? "");
        }
        if (step.run === undefined) continue;
        const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, expanded(value, contexts)]);
        const script = join(temporary, "step.sh");
        await writeFile(script, step.run);
        const environment = {
          ...this.#admin.environment(this.#environment),
          PULUMI_CONFIG_PASSPHRASE: undefined,
          ...credentials,
          ...plugins.variables,
          ...Object.fromEntries(Object.entries(files).map(([name, path]) => [name, join(temporary, path)])),
          CI: "true",
          GITHUB_ACTIONS: "true",
          GITHUB_REPOSITORY: github.repository,
          GITHUB_RUN_ID: "4711",
          GITHUB_SERVER_URL: "https://github.com",
          GITHUB_WORKSPACE: this.#admin.directory,
          RUNNER_TEMP: temporary,
          PATH: [join(this.#directory, "bin"), process.env["PATH"]].join(delimiter),
          ...(Object.fromEntries(env) as Record<string, string>),
        };
        const { status, output } = await this.#shell(script, environment, cancelAt);
        result.steps[step.name ?? step.run] = status;
        result.output += output;
        if (step.id !== undefined) outputs[step.id] = { outputs: await outputsIn(join(temporary, "output")) };
        failed ||= status !== 0;
      }
    } finally {
      plugins.close();
    }
    result.summary = await readFile(join(temporary, "summary.md"), "utf8");
    return result;
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Runs a script in GitHub's default shell. When a job is cancelled, the shell alone gets SIGINT. */
  #shell(
    script: string,
    env: Record<string, string | undefined>,
    cancelAt: RegExp | undefined,
  ): Promise<{ status: number | null; output: string }> {
    const shell = spawn("bash", ["-e", script], { cwd: this.#admin.directory, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.on("data", (data: Buffer) => {
        const before = cancelAt?.test(output);
        output += data.toString();
        if (before === false && cancelAt?.test(output) === true) shell.kill("SIGINT");
      });
    }
    return new Promise((resolve, reject) => {
      shell.once("error", reject);
      shell.once("close", (status) => {
        resolve({ status, output });
      });
    });
  }

  /** The credentials of a role, as environment variables. */
  async assume(RoleArn: string): Promise<Record<string, string>> {
    const { Credentials } = await clients(this.#admin.sandbox).sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "github" }),
    );
    const { accessKeyId, secretAccessKey, sessionToken } = given(Credentials);
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
  }

  async #program(name: string, source: string): Promise<void> {
    const file = join(this.#directory, "bin", name);
    const posts = JSON.stringify(join(this.#directory, "posts.json"));
    await writeFile(
      file,
      `#!${process.execPath}\nconst fs = require("node:fs"), args = process.argv.slice(2), file = ${posts};\n${source}\n`,
    );
    await chmod(file, 0o755);
  }
}

/** A stand-in for GitHub's CLI, which applies the workflows' requests to a file. */
const gh = `
  const posts = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : [];
  if (process.env.GH_TOKEN !== "a-token" || args.shift() !== "api") throw new Error("gh " + args.join(" "));
  const option = (name) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const fields = {};
  args.forEach((arg, index) => {
    if (arg !== "--field" && arg !== "--raw-field") return;
    const [, name, value] = /^(\\w+)=([^]*)$/.exec(args[index + 1]);
    fields[name] = arg === "--field" && value.startsWith("@") ? fs.readFileSync(value.slice(1), "utf8") : value;
  });
  const path = args.find((arg) => arg.startsWith("repos/example/access/")).slice("repos/example/access/".length);
  const method = option("--method") ?? "GET";
  if (method === "GET") {
    const { MARKER, TITLE } = process.env;
    const found = posts.filter((post) => post.user.login === "github-actions[bot]" &&
      (path.endsWith("/comments") ? post.body.startsWith(MARKER) : post.title === TITLE && post.state === "open"));
    for (const { id } of found) console.log(id);
  } else if (method === "POST") {
    const id = posts.length + 101;
    posts.push({ id, number: id, state: "open", user: { login: "github-actions[bot]" }, ...fields });
  } else {
    const post = posts.find(({ id }) => String(id) === path.split("/").at(-1));
    if (post === undefined) throw new Error("there is no " + path);
    Object.assign(post, fields);
  }
  fs.writeFileSync(file, JSON.stringify(posts));
`;

type Contexts = Record<string, unknown>;

/** Whether a step runs: after a failure, only one whose condition says so. */
function isDue(condition: string | undefined, failed: boolean, contexts: Contexts): boolean {
  const text = (condition ?? "").replace(/^\$\{\{ | \}\}$/g, "");
  const [first = "", ...rest] = text.split(" && ");
  const whenFailed = first === "!cancelled()";
  const others = whenFailed ? rest : [first, ...rest];
  return (whenFailed || !failed) && others.every((other) => other === "" || holds(other, contexts));
}

/** Whether a condition of the workflows holds: one value equals another, or one of several pairs does. */
function holds(condition: string, contexts: Contexts): boolean {
  return condition
    .replace(/^\(|\)$/g, "")
    .split(" || ")
    .some((one) => {
      const [left = "", right = ""] = one.split(" == ");
      return valueOf(left, contexts) === valueOf(right, contexts);
    });
}

function expanded(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{ (.+?) \}\}/g, (_match, path: string) => {
    const value = valueOf(path, contexts);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  });
}

function valueOf(expression: string, contexts: Contexts): unknown {
  const [first = expression, ...others] = expression.split(" || ");
  if (others.length > 0) return valueOf(first, contexts) ?? valueOf(others.join(" || "), contexts);
  const literal = /^'(.*)'$/.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  return expression
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], contexts);
}

async function outputsIn(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
}
