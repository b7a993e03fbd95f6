import { CommandError, ConcurrentUpdateError } from "@pulumi/pulumi/automation/index.js";

import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";

/** What the engine could not do, in the user's terms. Failures of single resources are told by their events instead. */
export function explainEngine(error: unknown, project: Pick<Project, "stack">): unknown {
  if (!(error instanceof CommandError)) return error;
  const text = error.message;
  if (error instanceof ConcurrentUpdateError) {
    return new Failure(
      `The stack "${project.stack}" is locked by another run${lockHolders(text)}.`,
      "Wait for it to end. If it is no longer running, release the lock with mfa-admin cancel.",
      { cause: error },
    );
  }
  if (/incorrect passphrase/.test(text)) {
    return new Failure(
      `The passphrase is not that of the stack "${project.stack}".`,
      "Correct PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or unset both to be asked.",
      { cause: error },
    );
  }
  const [, reason = text.trim()] = /^ *error: (.*)$/m.exec(text) ?? [];
  return new Failure(`The Pulumi engine failed: ${reason}`, "Run the command again with --verbose for the details.", {
    cause: error,
  });
}

/** Pulumi's own backends write who holds a lock into it. */
function lockHolders(text: string): string {
  const holders = [...text.matchAll(/created by (\S+) \(pid (\d+)\) at (\S+)/g)].map(
    ([, who, pid, since]) => `${who ?? "?"} (process ${pid ?? "?"}, since ${since ?? "?"})`,
  );
  return holders.length > 0 ? `: ${holders.join(", ")}` : "";
}
