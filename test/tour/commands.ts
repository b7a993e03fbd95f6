import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built CLI's entry point. */
export const cli = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

/** Runs one command of the built CLI, and prints it as a user would type it. @returns the seconds that it took */
export async function mfaAdmin(args: string[], cwd: string, env: Record<string, string>): Promise<number> {
  process.stdout.write(`\n$ mfa-admin ${args.join(" ")}\n`);
  const started = Date.now();
  const child = spawn(process.execPath, [cli, ...args], { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (status !== 0) throw new Error(`mfa-admin ${args[0] ?? ""} ended with status ${status ?? "none"}.`);
  return (Date.now() - started) / 1000;
}
