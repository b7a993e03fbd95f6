import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

import { openSession } from "../aws/session.ts";
import { type Project, stackReference } from "../project/project.ts";
import { explainText } from "./explain-engine.ts";
import { usablePulumi } from "./pulumi-command.ts";

export interface PulumiProcess {
  /** The directory of a project. */
  directory: string;
  env: Record<string, string>;
  /** The text for the CLI's stdin. */
  input?: string;
  /** Ends the CLI before its time. */
  signal?: AbortSignal;
}

/**
 * Runs the Pulumi CLI where the Automation API has no such call, or only one that writes secrets to the disk. Input and output stay
 * in memory.
 *
 * @returns the CLI's stdout
 * @throws Failure that explains its stderr where the exit code is not 0
 */
export async function runPulumi(
  args: string[],
  project: Pick<Project, "stack" | "backendUrl" | "organization">,
  options: PulumiProcess,
): Promise<string> {
  return runPulumiAlone([...args, "--stack", stackReference(project)], project, options);
}

/** The same for commands that take no `--stack`. */
export async function runPulumiAlone(
  args: string[],
  project: Pick<Project, "stack" | "backendUrl">,
  { directory, env, input = "", signal }: PulumiProcess,
): Promise<string> {
  const { command } = await usablePulumi();
  // The CLI reads a state in S3 with the same AWS credentials.
  if (project.backendUrl.startsWith("s3:")) await openSession();
  const child = spawn(command, [...args, "--non-interactive"], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    // Without a process group of its own, Ctrl-C would end the CLI while it writes, and leave its lock.
    detached: true,
    ...(signal !== undefined && { signal }),
  });
  // A CLI that ends early does not read its input; the exit code below tells of the error.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const status = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([status, text(child.stdout), text(child.stderr)]);
  if (code === 0) return stdout;
  throw explainText(stderr, project);
}
