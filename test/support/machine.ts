import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const toolchain = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "toolchain");

/** The output of a set-up, and its exit code. */
export interface Outcome {
  status: number | null;
  output: string;
}

export interface RunningSetUp {
  process: ChildProcess;
  outcome: Promise<Outcome>;
  /** Resolves when the condition holds, rejects when the set-up ends before that. */
  until: (condition: () => boolean) => Promise<void>;
  /** Resolves when these words were printed. */
  says: (words: string) => Promise<void>;
}

/** A computer with a fresh clone and nothing installed. PATH has only the programs that it is given: stand-ins that log their calls. */
export class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), "mfa-admin-setup-"));
  readonly checkout = join(this.directory, "clone");
  readonly pulumi = join(this.directory, "cache/mfa-admin/toolchain/pulumi-3.256.0/bin/pulumi");
  readonly plugin = join(this.directory, "pulumi/plugins/resource-aws-native-v1.11.0/pulumi-resource-aws-native");
  readonly workspace = join(this.directory, "cache/mfa-admin/toolchain/partial");
  private readonly path = join(this.directory, "bin");
  private readonly log = join(this.directory, "calls");

  constructor() {
    mkdirSync(this.path);
    cpSync(toolchain, join(this.checkout, "toolchain"), { recursive: true });
    writeFileSync(join(this.checkout, "package.json"), `{ "type": "module" }`);
    this.lockPackages("1.0.0");
    this.install("npm", npm);
  }

  /** Sets the version of the only package in package-lock.json. */
  lockPackages(version: string): void {
    const packages = { "": {}, "node_modules/some-package": { version } };
    writeFileSync(join(this.checkout, "package-lock.json"), JSON.stringify({ packages }));
  }

  /** Puts a program on PATH. `source` is JavaScript; see `prelude` for what it can use. */
  install(name: string, source: string): void {
    this.write(join(this.path, name), source);
  }

  write(file: string, source: string): void {
    mkdirSync(dirname(file), { recursive: true });
    const prelude = `
      const fs = require("node:fs"), path = require("node:path"), args = process.argv.slice(2);
      fs.appendFileSync(${JSON.stringify(this.log)}, [${JSON.stringify(file.split("/").at(-1))}, ...args].join(" ") + "\\n");
      const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      const program = (file, source) => {
        const prelude = "const fs = require('node:fs'), path = require('node:path'), args = process.argv.slice(2);";
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, "#!" + process.execPath + "\\n" + prelude + source, { mode: 0o755 });
        fs.chmodSync(file, 0o755);
      };
    `;
    writeFileSync(`${file}.cjs`, prelude + source);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${file}.cjs" "$@"\n`);
    chmodSync(file, 0o755);
  }

  /** The calls of programs since the last time this was asked. */
  calls(): string[] {
    if (!existsSync(this.log)) return [];
    const calls = readFileSync(this.log, "utf8").trimEnd().split("\n");
    rmSync(this.log);
    return calls;
  }

  start(...flags: string[]): RunningSetUp {
    const process = spawn(globalThis.process.execPath, ["toolchain/setup.js", ...flags], {
      cwd: this.checkout,
      env: {
        PATH: this.path,
        HOME: this.directory,
        XDG_CACHE_HOME: join(this.directory, "cache"),
        PULUMI_HOME: join(this.directory, "pulumi"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const read = (chunk: Buffer) => (output += chunk.toString());
    process.stdout.on("data", read);
    process.stderr.on("data", read);
    const outcome = new Promise<Outcome>((resolve) => {
      process.on("close", (status) => {
        resolve({ status, output });
      });
    });
    const until = async (condition: () => boolean) => {
      while (!condition()) {
        if (process.exitCode !== null || process.signalCode !== null)
          throw new Error(`The set-up ended early: ${output}`);
        await sleep(20);
      }
    };
    return { process, outcome, until, says: (words) => until(() => output.includes(words)) };
  }

  setUp(...flags: string[]): Promise<Outcome> {
    return this.start(...flags).outcome;
  }

  hasCalled(words: string): boolean {
    return existsSync(this.log) && readFileSync(this.log, "utf8").includes(words);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const npm = `
  if (args[0] === "ci") {
    fs.mkdirSync("node_modules/.bin", { recursive: true });
    fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json");
  } else {
    fs.mkdirSync("dist", { recursive: true });
    fs.writeFileSync("dist/program.js", "");
  }
`;

/** The source of a Pulumi CLI. */
export const pulumi = (version: string): string => `
  if (args[0] === "version") console.log("v${version}");
  if (args[1] === "install") {
    const plugin = path.join(process.env.PULUMI_HOME, "plugins", "resource-aws-native-v" + args[4]);
    fs.mkdirSync(plugin, { recursive: true });
    fs.writeFileSync(path.join(plugin, "pulumi-resource-aws-native"), "");
  }
`;

/** The source of a Go whose builds give a working Pulumi CLI. `during` runs in the middle of writing a program. */
export const go = (during = "", version = "1.26.0"): string => `
  const output = args[args.indexOf("-o") + 1];
  const provider = path.join(process.env.HOME, "provider");
  const schemas = path.join(provider, "cmd", "pulumi-resource-aws-native");
  if (args[0] === "version") console.log("go version go${version} plan9/mips");
  else if (args.includes("{{.Dir}}")) {
    fs.mkdirSync(schemas, { recursive: true });
    for (const name of ["schema", "metadata"]) fs.writeFileSync(path.join(schemas, name + ".json"), "{}");
    console.log(provider);
  } else if (args[0] === "list") console.log("errors\\nmain");
  else if (args[0] === "build") {
    console.error("errors\\nmain");
    fs.writeFileSync(output, "half of it");
    ${during};
    program(output, ${JSON.stringify(pulumi("3.256.0"))});
  }
`;

/** The source of a Node from the npm packages: it reaches get.pulumi.com, and downloads a Pulumi CLI from there. */
export const onlineNode = `
  const root = args.at(-1);
  if (args.some((arg) => arg.endsWith("download.js"))) {
    program(path.join(root, "bin", "pulumi"), ${JSON.stringify(pulumi("3.270.0"))});
  }
`;
