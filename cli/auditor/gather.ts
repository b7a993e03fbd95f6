import type { Settings } from "../../infra/settings.ts";
import { type AuditedAccount, auditWithAccounts } from "../audit/audit.ts";
import { withEveryAccount } from "../aws/every-account.ts";
import { usualLimits } from "../audit/limits.ts";
import { type ManagingCaller, managingCaller } from "../aws/preconditions.ts";
import { type AlarmLook, lookForAlarms } from "../deploy/alarms.ts";
import { drift } from "../deploy/drift.ts";
import { preview } from "../deploy/preview.ts";
import { passphraseEnvironment } from "../engine/passphrase.ts";
import { thrown } from "../doctor/check.ts";
import { diagnose } from "../doctor/doctor.ts";
import { Declined, isInterruption } from "../failure.ts";
import { type Commit, commitOf } from "../project/git.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { withProgress } from "../report/progress.ts";
import type { Audit } from "../results/audit.ts";
import type { Diagnosis } from "../results/doctor.ts";
import type { Missed } from "../results/missed.ts";
import type { PreviewReport } from "../results/report.ts";
import type { Verification } from "../results/verify.ts";
import { redacted } from "../terminal/redact.ts";
import { verify } from "../verify/verify.ts";

/** All that a report is made from. A part that could not be read is undefined, and listed in `missed`. */
export interface Gathered {
  stack: string;
  /** The settings in force, with a name for every account that a shared role is for. */
  settings: Settings;
  madeAt: Date;
  caller: Pick<ManagingCaller, "arn" | "id" | "managementAccount">;
  commit: Commit | undefined;
  verification: Verification | undefined;
  credentials: { audit: Audit; accounts: AuditedAccount[] } | undefined;
  alarms: AlarmLook | undefined;
  diagnosis: Diagnosis | undefined;
  drift: PreviewReport | undefined;
  pending: PreviewReport | undefined;
  /** The parts that could not be read at all. */
  missed: Missed[];
}

export interface GatherOptions {
  project: Project;
  file: SettingsFile;
  verbose: boolean;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. */
  lockDeadline: number;
}

/**
 * Reads everything that a report tells from AWS, the state and git. It changes nothing but has IAM generate its credential reports.
 * A part that can't be read is noted, and the rest goes on.
 *
 * @throws Failure where the credentials at hand can't manage the organization
 */
export async function gather({ project, file, verbose, lockDeadline }: GatherOptions): Promise<Gathered> {
  const { settings } = file;
  const caller = await managingCaller(settings);
  const missed: Missed[] = [];
  const part = noting(missed);
  const [commit, verification, credentials, alarms, diagnosis] = await withProgress(
    "Asking AWS for the report",
    "parts",
    (advance) => {
      const counted = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> =>
        part(what, look).finally(advance);
      return Promise.all([
        commitOf(project, [project.settingsFile, ...settings.serviceControlPolicies]),
        counted("the promise (verify)", () => verify(project, settings, [], { readOnly: true })),
        counted("the credentials (audit)", () =>
          auditWithAccounts(project, settings, { ...usualLimits(settings), cloudtrail: false }),
        ),
        counted("what shuts developers out (list)", () => lookForAlarms(project, settings)),
        counted("organization, accounts and state (doctor)", () => diagnose(project, settings, () => undefined)),
      ]);
    },
  );
  let asked: Promise<Record<string, string>> | undefined;
  const run = async () => {
    // A passphrase is asked for once.
    const secrets = await (asked ??= passphraseEnvironment(project));
    return { project, file, verbose, lockDeadline, secrets };
  };
  // One after the other: both run the engine.
  const drifted = await part("drift (refresh --preview-only)", async () => drift(await run()));
  const pending = await part("pending changes (preview)", async () =>
    preview({ ...(await run()), base: undefined, rosterOnly: false, adopt: false, savePlan: undefined }),
  );
  const everywhere = (await part("the accounts of the units", () => withEveryAccount(settings))) ?? settings;
  return {
    ...{
      stack: project.stack,
      settings: everywhere,
      madeAt: new Date(),
      caller,
      commit,
      verification,
      credentials,
      alarms,
    },
    ...{ diagnosis, drift: drifted, pending, missed },
  };
}

/** Runs a part. An error that it throws is added to `missed`, worded as the part's own command would print it. */
function noting(missed: Missed[]) {
  return async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (error instanceof Declined || (error instanceof Error && isInterruption(error))) throw error;
      const { fact, remedy, command } = thrown({ name: what }, error);
      const next = [remedy, command === undefined ? undefined : `Run: ${command}`].filter((text) => text !== undefined);
      missed.push({ what, reason: redacted(fact), remedy: redacted(next.join(" ")) });
      return undefined;
    }
  };
}
