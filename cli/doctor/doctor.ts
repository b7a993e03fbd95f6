import type { Settings } from "../../infra/settings.ts";
import { withEveryAccount } from "../aws/every-account.ts";
import { remedyForMissed } from "../aws/missing-right.ts";
import type { ManagingCaller } from "../aws/preconditions.ts";
import { type Shield, shieldInAws } from "../aws/shield.ts";
import { policyBefore, type StackBefore } from "../changes/stack-before.ts";
import { impactRows } from "../deploy/impact.ts";
import { withPolicyInAws } from "../deploy/policy-in-aws.ts";
import { shutOutBy } from "../deploy/shut-out.ts";
import { stackHeldBy } from "../engine/state-before.ts";
import type { Project } from "../project/project.ts";
import { counted } from "../report/summary.ts";
import { warningText } from "../report/wording.ts";
import type { Check, Diagnosis } from "../results/doctor.ts";
import type { Warning } from "../results/warning.ts";
import { notedResources } from "../state/checkpoint.ts";
import { oneLine } from "../terminal/one-line.ts";
import { accountChecks, costChecks, sizeChecks } from "./accounts.ts";
import { callerChecks } from "./caller.ts";
import { looked, ok, thrown } from "./check.ts";
import { organizationChecks } from "./organization.ts";
import { actingIn, sharedRoleChecks } from "./shared-role.ts";
import { stateChecks } from "./state.ts";
import { toolchainChecks } from "./toolchain.ts";

/**
 * Checks everything that a run needs, in parallel. It changes nothing.
 *
 * @param advance called for each account that is done
 */
export async function diagnose(project: Project, settings: Settings, advance: () => void): Promise<Diagnosis> {
  const toolchain = toolchainChecks();
  // Awaited before the other checks that need credentials, so that an error of these is reported once.
  const { caller, checks: own } = await callerChecks(settings);
  const [here, state, aws] = await Promise.all([
    toolchain,
    stateOf(project, caller),
    awsChecks(project, settings, { caller, advance }),
  ]);
  const checks = [...here, ...own, ...aws.checks, ...sizeChecks(settings), ...costChecks(settings), ...state];
  return {
    version: 1,
    stack: project.stack,
    ready: checks.every(({ level }) => level !== "failure"),
    complete: checks.every(({ level }) => level !== "unknown"),
    checks,
    impact: impactRows(aws.shutOut),
  };
}

/** Checks of the state. A state in a bucket is not checked without a caller: it needs the same credentials. */
async function stateOf(project: Project, caller: ManagingCaller | undefined): Promise<Check[]> {
  if (caller === undefined && project.backendUrl.startsWith("s3:")) {
    return [
      { name: "state", level: "unknown", fact: `The state is in ${project.backendUrl}, which takes credentials.` },
    ];
  }
  return stateChecks(project);
}

async function awsChecks(
  project: Project,
  settings: Settings,
  { caller, advance }: { caller: ManagingCaller | undefined; advance: () => void },
): Promise<{ checks: Check[]; shutOut: Warning[] }> {
  if (caller === undefined) {
    return {
      checks: [{ name: "aws", level: "unknown", fact: "Nothing else was asked of AWS." }],
      shutOut: [],
    };
  }
  const { managementAccount } = caller;
  const [noted, { shield, missed }] = await Promise.all([notedResources(project), shieldOf()]);
  const held = noted === undefined ? undefined : stackHeldBy(noted);
  const before = inForce(held, shield, settings);
  const [organization, shared, accounts, impact] = await Promise.all([
    withAccountsOfUnits(settings).then((all) => organizationChecks(all, { managementAccount, before, shield })),
    sharedRoleChecks(settings),
    accountChecks(actingIn(settings), held, advance),
    missed.length > 0 ? { checks: missed, shutOut: [] } : impactOf(before, settings),
  ]);
  return { checks: [...organization, ...shared, ...accounts, ...impact.checks], shutOut: impact.shutOut };
}

/** The settings with every account of the shared role; as they are where the units can't be read, which a check of theirs tells. */
function withAccountsOfUnits(settings: Settings): Promise<Settings> {
  return withEveryAccount(settings).catch(() => settings);
}

async function shieldOf(): Promise<{ shield: Shield | undefined; missed: Check[] }> {
  try {
    return { shield: await shieldInAws(), missed: [] };
  } catch (error) {
    return { shield: undefined, missed: [thrown({ name: "impact" }, error)] };
  }
}

/** The stack with its policy as AWS has it; where the state can't be read from here, the policy alone. */
function inForce(held: StackBefore | undefined, shield: Shield | undefined, settings: Settings): StackBefore {
  if (held !== undefined) return withPolicyInAws(held, { shield, missed: [] }, settings);
  const none = stackHeldBy([]);
  return shield === undefined ? none : { ...none, ...policyBefore(shield.content, shield.targets) };
}

/** The users whom the next `up` shuts out. */
async function impactOf(before: StackBefore, settings: Settings): Promise<{ checks: Check[]; shutOut: Warning[] }> {
  let shutOut: Warning[] = [];
  const subject = { name: "impact" };
  const checks = await looked(subject, async (): Promise<Check[]> => {
    shutOut = await shutOutBy(before, settings);
    if (shutOut.length === 0) return [ok(subject, "The next up shuts out nobody who is not shut out already.")];
    return shutOut.map((warning) => impactCheck(warning));
  });
  return { checks, shutOut };
}

function impactCheck(warning: Warning): Check {
  const subject = { name: "impact", level: "warning" as const };
  if (warning.kind !== "shut-out") return { ...subject, fact: warningText(warning, oneLine) };
  const { account, users, consent } = warning;
  const unread = users.find((one) => one.unread !== undefined);
  if (unread?.unread !== undefined) {
    const fact = `Whom the next up shuts out of ${account} could not be looked at: ${unread.unread}`;
    return { ...subject, level: "unknown", account, fact, remedy: remedyForMissed(unread.unread, "doctor") };
  }
  const fact = `The next up shuts ${counted(users.length, "principal")} out of ${account}${consent === "not needed" ? ", who used nothing for 90 days" : ""}.`;
  if (consent !== "needed") return { ...subject, account, fact };
  return { ...subject, account, fact, remedy: "Give them a role, or MFA; up asks, and the setting shutOut allows it." };
}
