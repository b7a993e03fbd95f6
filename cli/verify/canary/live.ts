import type { Settings } from "../../../infra/settings.ts";
import { readingRole } from "../../../infra/accounts.ts";
import { clientsIn } from "../../aws/clients.ts";
import { wordsOf } from "../../aws/error-words.ts";
import { isCanary } from "../../aws/identities.ts";
import { Failure } from "../../failure.ts";
import type { Missed } from "../../results/missed.ts";
import type { Finding, LiveLine } from "../../results/verify.ts";
import type { AccountInAws } from "../account.ts";
import { nameOf } from "../finding.ts";
import { tryAll } from "./attempts.ts";
import type { Canary } from "./plan.ts";
import { makeCanary, NotMade, removeCanary } from "./users.ts";

/** The canaries' results. */
export interface Live {
  lines: LiveLine[];
  missed: Missed[];
  /** Findings about canaries that could not be removed. */
  findings: Finding[];
}

/** @throws Failure where this run may only read */
export function requireAccessRoleItself(): void {
  if (readingRole() === undefined) return;
  throw new Failure(
    `--live makes IAM users by the settings' access role, and MFA_ADMIN_ACCESS_ROLE names another one that only reads.`,
    "Unset it, and run the command again.",
  );
}

/**
 * Makes the canaries, makes their calls, and removes them, whatever happens.
 *
 * @throws Failure when it is interrupted, after the canaries were removed
 */
export async function tryLive(canaries: Canary[], settings: Settings, stack: string): Promise<Live> {
  const iam = clientsIn(settings);
  const live: Live = { lines: [], missed: [], findings: [] };
  const interrupted = await interruptible(async (signal) => {
    const lines = await Promise.all(
      canaries.map(async (canary) => {
        const { account, accountId, userName } = canary;
        let isMade = true;
        try {
          const key = await makeCanary(iam(accountId), canary, { stack, tags: settings.tags }, signal);
          return await tryAll(canary, key, signal);
        } catch (error) {
          isMade = !(error instanceof NotMade);
          if (!signal.aborted) live.missed.push(notTried(canary, error));
          return [];
        } finally {
          if (isMade) live.findings.push(...(await takenAway(iam(accountId), account, userName)));
        }
      }),
    );
    live.lines.push(...lines.flat());
  });
  if (!interrupted) return live;
  const [left] = live.findings;
  throw new Failure(
    left === undefined ? "Interrupted. The canaries are gone again." : `Interrupted. ${left.fact}`,
    left === undefined ? "Run mfa-admin verify again to have the answer." : left.remedy,
  );
}

/** Runs to the end, and aborts the signal when the process gets SIGINT, SIGTERM or SIGHUP. @returns whether it did */
async function interruptible(run: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const controller = new AbortController();
  const interrupt = (): void => {
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await run(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
  return controller.signal.aborted;
}

function notTried({ account }: Canary, error: unknown): Missed {
  const what = `what a thief could do, by a canary in ${account}`;
  return {
    ...{ what, reason: error instanceof NotMade ? error.message : wordsOf(error) },
    remedy: "Let the access role make IAM users and keys there, or go by the simulated matrix alone.",
  };
}

async function takenAway(iam: ReturnType<ReturnType<typeof clientsIn>>, account: string, userName: string) {
  try {
    await removeCanary(iam, userName);
    return [];
  } catch (error) {
    return [leftBehind(account, userName, `could not be taken away: ${wordsOf(error)}`)];
  }
}

function leftBehind(account: string, userName: string, why: string): Finding {
  return {
    ...{ name: nameOf("canary", account, userName), kind: "canary", account },
    fact: `The IAM user ${userName} in ${account}, a canary of verify --live, ${why}`,
    meaning: "Its key was in the memory of that run alone, and may do nothing any more a quarter of an hour later.",
    remedy: "The next mfa-admin verify by the settings' access role takes it away.",
    command: "mfa-admin verify",
  };
}

/** Removes canaries of interrupted runs; where this run may only read, each is a finding. */
export async function clearLeftovers(
  accounts: AccountInAws[],
  settings: Settings,
): Promise<{ removed: string[]; findings: Finding[] }> {
  const iam = clientsIn(settings);
  const left = accounts.flatMap(({ name, id, identities }) =>
    identities.filter(isCanary).map(({ name: userName }) => ({ account: name, id, userName })),
  );
  const removed: string[] = [];
  const findings: Finding[] = [];
  for (const { account, id, userName } of left) {
    const failed =
      readingRole() === undefined
        ? await takenAway(iam(id), account, userName)
        : [leftBehind(account, userName, "is left of a run that has died.")];
    findings.push(...failed);
    if (failed.length === 0) removed.push(`${account}/${userName}`);
  }
  return { removed, findings };
}
