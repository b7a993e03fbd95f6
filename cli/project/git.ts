import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

/** What git has printed, or why it has failed, in the one language that its errors can be told apart in. */
export type GitAnswer = { output: Buffer } | { failure: string };

/** @param input what is written to git's stdin */
export async function git(directory: string, args: string[], input = ""): Promise<GitAnswer> {
  const env = { ...process.env, LC_ALL: "C", LANGUAGE: "" };
  const child = spawn("git", args, { cwd: directory, env, stdio: ["pipe", "pipe", "pipe"] });
  // A git that ends early does not read its input; its exit status tells.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const [status, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
    if (status === 0) return { output: stdout };
    return { failure: stderr.toString().trim() || `git ended with ${status ?? "a signal"}` };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return { failure: code === "ENOENT" ? "there is no git here" : message };
  }
}
