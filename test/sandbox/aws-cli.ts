import { spawn } from "@lydell/node-pty";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { awsCli } from "../../toolchain/awscli.js";
import type { Credentials } from "./index.ts";

/** The output of a command, and its exit code. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The ordinary AWS CLI on a developer's machine. The environment has only the endpoint; keys and regions are in the files. */
export class AwsCli {
  /** The developer's home directory, with the files in `.aws`. */
  readonly directory: string;
  readonly #endpoint: string;
  readonly #variables: Record<string, string>;

  private constructor(endpoint: string, directory: string, variables: Record<string, string>) {
    this.#endpoint = endpoint;
    this.directory = directory;
    this.#variables = variables;
  }

  static async install(endpoint: string): Promise<AwsCli> {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-aws-cli-"));
    return new AwsCli(endpoint, directory, { AWS_DEFAULT_REGION: "us-east-1" });
  }

  /** The AWS CLI on an existing machine, with the files in its home directory. */
  static on(endpoint: string, home: string, variables: Record<string, string> = {}): AwsCli {
    return new AwsCli(endpoint, home, variables);
  }

  /** Runs a command line, which is split at spaces, with further arguments that may have spaces. */
  run(line: string, ...more: string[]): Promise<CommandResult> {
    return this.#run("aws", [...line.split(" "), ...more]);
  }

  /** Runs a command line, and returns its output, parsed as JSON. */
  async succeed(line: string, ...more: string[]): Promise<unknown> {
    return parsed(await this.run(line, ...more));
  }

  /** The same with other credentials than those in the files, such as the console's. */
  async succeedAs(credentials: Required<Credentials>, line: string, ...more: string[]): Promise<unknown> {
    return parsed(
      await this.#run("aws", [...line.split(" "), ...more], {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      }),
    );
  }

  /** Runs a command line on a terminal, and types an answer to its question. Returns the screen. */
  onTerminal(line: string, question: string, answer: string): Promise<CommandResult> {
    const process = spawn("aws", line.split(" "), { env: this.#environment(), cols: 160 });
    let stdout = "";
    process.onData((text) => {
      const asked = stdout.includes(question);
      stdout += text;
      if (!asked && stdout.includes(question)) process.write(`${answer}\r`);
    });
    return new Promise((resolve) => {
      process.onExit(({ exitCode: code }) => {
        resolve({ code, stdout, stderr: "" });
      });
    });
  }

  /** Logs in manually, by a shell script around the AWS CLI. */
  assumeRole(
    code: string,
    settings: { ROLE_ARN: string; MFA_SERIAL: string; SESSION_NAME: string },
  ): Promise<CommandResult> {
    return this.#run("bash", [join(import.meta.dirname, "dev-assume-role.sh"), code], settings);
  }

  /** Runs commands of a documentation page in a shell. */
  shell(script: string, directory: string, credentials: Credentials): Promise<CommandResult> {
    return this.#run("sh", ["-c", `cd "$0" && ${script}`, directory], {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }

  async #run(command: string, args: string[], more: Record<string, string> = {}): Promise<CommandResult> {
    try {
      const { stdout, stderr } = await promisify(execFile)(command, args, { env: { ...this.#environment(), ...more } });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== "number") throw error;
      return { code, stdout, stderr };
    }
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      HOME: this.directory,
      PATH: dirname(awsCli()) + delimiter + (process.env["PATH"] ?? ""),
      AWS_ENDPOINT_URL: this.#endpoint,
      ...this.#variables,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: join(this.directory, ".aws", "config"),
      AWS_SHARED_CREDENTIALS_FILE: join(this.directory, ".aws", "credentials"),
    };
  }
}

function parsed({ code, stdout, stderr }: CommandResult): unknown {
  if (code !== 0) throw new Error(`the AWS CLI ended with ${code}:\n${stderr}`);
  return stdout === "" ? undefined : (JSON.parse(stdout) as unknown);
}
