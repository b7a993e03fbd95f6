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
  /** What is written to the CLI's stdin. */
  input?: string;
}

/**
 * Runs the Pulumi CLI where the Automation API has no call, or one that would write secrets to the disk: what goes in and
 * comes out stays in memory.
 *
 * @returns what it has printed on stdout
 */
export async function runPulumi(
  args: string[],
  project: Pick<Project, "stack" | "backendUrl" | "organization">,
  options: PulumiProcess,
): Promise<string> {
  return runPulumiAlone([...args, "--stack", stackReference(project)], project, options);
}

/** The same for what is about no stack in particular. */
export async function runPulumiAlone(
  args: string[],
  project: Pick<Project, "stack" | "backendUrl">,
  { directory, env, input = "" }: PulumiProcess,
): Promise<string> {
  const { command } = await usablePulumi();
  // A state in S3 is read by the same credentials.
  if (project.backendUrl.startsWith("s3:")) await openSession();
  const child = spawn(command, [...args, "--non-interactive"], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    // A terminal's Ctrl-C would end it in the middle of what it writes, and leave its lock.
    detached: true,
  });
  // A CLI that ends early does not read its input; its exit status tells.
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
