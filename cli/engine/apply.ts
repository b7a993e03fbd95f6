import { checkPreconditions } from "../aws/preconditions.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { confirmChange } from "../terminal/ask.ts";
import { changeLine, countsLine } from "../terminal/progress.ts";
import type { Stack } from "./automation.ts";
import { requireUnlocked } from "../state/lock.ts";
import { passphraseEnvironment, requirePassphrase } from "./passphrase.ts";
import { runPreview, type RunResult, runUp } from "./runs.ts";
import { openStack } from "./stack.ts";

export interface ApplyOptions {
  project: Project;
  file: SettingsFile;
  yes: boolean;
  verbose: boolean;
  /** Take what AWS has already into the stack, whoever has made it. */
  adopt?: boolean;
}

/** Checks all that can be checked before anything is changed, and opens the stack. */
export async function prepare(project: Project, file: SettingsFile, protect = true): Promise<Stack> {
  await requireUnlocked(project);
  // Asked for first: the terminal is not left with an open question when something else is refused.
  const secrets = await passphraseEnvironment(project);
  const [stack] = await Promise.all([
    openStack(project, { protect, secrets }),
    requirePassphrase(project),
    checkPreconditions(file.settings),
  ]);
  return stack;
}

/** Shows what would change and asks, unless told `yes`; then applies it. */
export async function apply(
  stack: Stack,
  { project, file, yes, verbose, adopt = false }: ApplyOptions,
): Promise<RunResult> {
  const options = { project, settings: file.settings, verbose, adopt };
  if (!yes) {
    const preview = await runPreview(stack, options);
    if (preview.changes.length === 0) return preview;
    writeChanges(preview, process.stderr);
    await confirmChange(`Apply to the stack "${project.stack}"?`, yes);
  }
  return runUp(stack, options);
}

/** The changes of a preview, in the order of the accounts. */
export function writeChanges({ changes }: RunResult, stream: NodeJS.WriteStream): void {
  const width = Math.max(0, ...changes.map(({ account }) => account.length));
  for (const change of changes) stream.write(`  ${changeLine(change, stream, width)}\n`);
}

/** "Done in 12 s: 3 created, 302 unchanged." */
export function summary({ changes, unchanged, seconds }: RunResult): string {
  return `Done in ${seconds.toFixed(1)} s: ${countsLine(changes, unchanged)}.`;
}
