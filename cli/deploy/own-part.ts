import { isDeepStrictEqual } from "node:util";

import { accountsOf, ownRolesOf, roleNameOf } from "../../infra/names.ts";
import { developerPolicy, type DeveloperRights } from "../../infra/policies.ts";
import { spelledDocument } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { trustAgain } from "../aws/role-trust.ts";
import { viewOrganization } from "../aws/organization-view.ts";
import { apply } from "./apply.ts";
import { runSummary } from "../report/run-summary.ts";
import { type Look, requireSeen } from "../aws/look.ts";
import type { Stack } from "../engine/automation.ts";
import { identityOfResource, isCloudResource } from "../changes/step.ts";
import type { Resource } from "../engine/deployment.ts";
import { prepareAddition } from "../engine/recover.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { otherFormKeptBy } from "../engine/other-form.ts";
import { healKnown, type RunOptions, runRemoval, runRefresh } from "../engine/runs.ts";
import type { RunResult } from "../results/run.ts";
import { programOf } from "../engine/stack.ts";
import { unreachedBy, unreachedNames } from "../engine/unreached.ts";
import { Failure } from "../failure.ts";
import { dangersOf, requireHarmless } from "./guards.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { developerIn } from "../changes/urn.ts";
import { previewed } from "./previewed.ts";
import { previewReport } from "../report/report.ts";
import type { Warning } from "../results/warning.ts";
import { resourcesBefore, stackHeldBy, stateBefore, unfinishedNames } from "../engine/state-before.ts";
import { warningLines } from "../report/text.ts";
import { isWeakened } from "../report/warnings.ts";
import { warningFact, warningText } from "../report/wording.ts";
import { type Project, stackReference } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { madeWithoutPassword } from "./passwords-later.ts";
import { oneLine } from "../terminal/one-line.ts";
import { lookAtAws, see } from "./seen.ts";
import { DenialsLost, keepingDenials } from "./keep-denials.ts";
import { staleIn } from "./promise.ts";
import { pendingEdits, pendingLine } from "./pending-edits.ts";
import { applySettings } from "./apply-settings.ts";
import { tell } from "../terminal/tell.ts";

/**
 * A command about a person changes that person and nothing else: whatever else was edited in the settings stays for
 * `mfa-admin up`, with its preview, its guards and its question.
 */
export interface OwnPartOptions {
  project: Project;
  /** The settings with the edit of the roster. */
  file: SettingsFile;
  names: string[];
  verbose: boolean;
}

/** Whether the stack was ever applied. If so, a command adds only its own part, and an interrupted run is left to `up`. */
export async function isApplied(stack: Stack, project: Project): Promise<boolean> {
  return (await resourcesBefore(stack, project)).some(isCloudResource);
}

/**
 * Makes the users and roles of developers who are new in the roster, and nothing else.
 *
 * @param options.what the command, for the history
 * @throws Failure when an edit that is not applied yet would leave them without access, or their access in a wrong account
 */
export async function addToStack(
  stack: Stack,
  {
    project,
    file: { settings },
    names,
    verbose,
    onBegin,
    onStep,
    what,
  }: OwnPartOptions & Pick<RunOptions, "onBegin" | "onStep"> & { what: "add-developer" | "extend" },
): Promise<RunResult> {
  const { resources, isUnfinished } = await stateBefore(stack, project);
  const held = stackHeldBy(resources);
  requireInForce(held);
  requireSharedPolicy(resources, settings, otherFormKeptBy(stack) !== undefined);
  // A developer whose name is taken in AWS is refused before anything is made.
  const developers = Object.fromEntries(names.map((name) => [name, settings.developers[name] ?? {}]));
  const alone = { ...settings, developers, serviceControlPolicies: [] };
  const look = await lookAtAws(alone, unreachedNames(stack));
  requireSeen(look);
  // Removals and units are not part of this run; accounts and names with a problem may be these developers'.
  const guards = { maxRemovals: Infinity, policyStays: true, unreached: unreachedNames(stack) };
  requireHarmless(await dangersOf(held, settings, guards, look));
  const unfinished = (): Promise<ReadonlySet<string>> => unfinishedNames(project);
  const seen = await see(look, held, alone, { unfinished });
  requireHarmless(seen.dangers);
  requireWhole(seen.alarms);
  requireNotDenied(seen.alarms);
  tellUncovered(seen.alarms, names, settings);
  await requireAttached(held, settings, names);
  await returnToStack(stack, { project, settings, names, verbose }, resources);
  await healKnown(stack, await resourcesBefore(stack, project), { project, settings, verbose });
  const { outputs = {} } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  const run = (denials: Pick<RunOptions, "onStep" | "registering">): Promise<RunResult> =>
    applySettings(stack, {
      project,
      settings,
      verbose,
      isUnfinished,
      target: urnsToMake(project, settings, names, resources, unreachedBy(stack)),
      program: programOf(stack, settings, { part: { names, outputs } }),
      ...(onBegin && { onBegin }),
      ...denials,
      again: `mfa-admin up --stack ${stackReference(project)}`,
      what,
    });
  const result = await keepingDenials(
    { settings: alone, before: held, lifted: [], unreached: unreachedNames(stack), onStep },
    run,
  );
  await trustAgain(settings, staleIn(seen.alarms));
  return result;
}

/** Deletes the users and roles of developers who were removed from the roster, and nothing else. Their access has ended before. */
export async function removeFromStack(
  stack: Stack,
  { project, file: { settings }, names, verbose }: OwnPartOptions,
): Promise<RunResult> {
  const again = `mfa-admin remove-developer ${names.join(" ")} --stack ${stackReference(project)}`;
  return runRemoval(stack, names, { project, settings, verbose, again, what: "remove-developer" });
}

/**
 * Deals with the edits of the settings that are not applied yet. On a terminal they are shown and asked about as by `up`, with its
 * guards; elsewhere they are only named.
 *
 * @returns a name for each edit that is left pending
 */
export async function settlePending(
  stack: Stack,
  { project, file, verbose, yes }: Omit<OwnPartOptions, "names"> & { yes: boolean },
): Promise<string[]> {
  const { settings } = file;
  const look = (): Promise<Look> => lookAtAws(settings, unreachedNames(stack));
  const changes = await previewed(stack, { project, settings, verbose }, { look });
  const report = previewReport({ kind: "preview", stack: project.stack, settings, changes });
  const edits = report.changed ? pendingEdits(report) : [];
  if (edits.length === 0) return [];
  tell(pendingLine(edits));
  if (yes) return edits;
  try {
    const result = await apply(stack, { project, file, yes, verbose });
    tell(runSummary(result));
    const later = madeWithoutPassword(result);
    if (later !== undefined) tell(`Next: ${later}`);
    return [];
  } catch (error) {
    // The command's own part is done: a refusal by the user or a guard is about the rest.
    if (error instanceof IncompleteRun || error instanceof DenialsLost || !(error instanceof Failure)) throw error;
    tell([error.message, error.remedy].filter(Boolean).join(" "));
    return edits;
  }
}

/** Refuses a stack whose first `up` has not finished, or which has lost its service control policy. */
function requireInForce({ organizationalUnits }: StackBefore): void {
  if (organizationalUnits.length > 0) return;
  throw new Failure(
    "The stack has no service control policy: whoever came in now could do without MFA.",
    "Nothing was changed. Run mfa-admin up first: it shows what is missing, and asks.",
    { setting: ["organizationalUnits"] },
  );
}

/** Refuses developers whom somebody, or AWS, has shut out: no repair removes a denial unasked. */
function requireNotDenied(alarms: Warning[]): void {
  const denied = alarms.filter(({ kind }) => kind === "denied");
  if (denied.length === 0) return;
  throw new Failure(
    denied.map((alarm) => warningFact(alarm, oneLine)).join(" "),
    "Nothing was changed. Take the policy off in AWS first, if it is meant.",
  );
}

/** Prints the developers' accounts that the policy does not apply to. It is no danger: their sessions are exempt everywhere. */
function tellUncovered(alarms: Warning[], names: string[], settings: Settings): void {
  const own = new Set(names.flatMap((name) => accountsOf(settings, name)));
  const told = alarms.filter(
    (one) => one.kind === "account-uncovered" && one.accounts.some(({ account }) => own.has(account)),
  );
  for (const line of warningLines(told, process.stderr)) tell(line);
}

/** Refuses a stack whose service control policy is weaker in AWS than the stack has made it. */
function requireWhole(alarms: Warning[]): void {
  const weakened = alarms.filter(isWeakened);
  if (weakened.length === 0) return;
  throw new Failure(
    `${weakened.map((alarm) => warningText(alarm, oneLine)).join(" ")} Whoever came in now could do without MFA.`,
    "Nothing was changed. Run mfa-admin up first.",
  );
}

/** Refuses accounts to which the policy is not attached yet: an edit of the units may be pending. */
async function requireAttached(
  { organizationalUnits: attached }: StackBefore,
  settings: Settings,
  names: string[],
): Promise<void> {
  // Without such an edit, an account below none of the units is outside by the settings.
  if (settings.organizationalUnits.every((id) => attached.includes(id))) return;
  // The shared role comes to a unit only by the run that attaches the policy.
  if (settings.roles === "shared") return;
  const { organizationalUnits } = await viewOrganization();
  const below = new Set(
    organizationalUnits.filter(({ id }) => attached.includes(id)).flatMap((unit) => unit.accountIds),
  );
  const accounts = [...new Set(names.flatMap((name) => accountsOf(settings, name)))];
  const open = accounts.filter((account) => !below.has(settings.developmentAccounts[account] ?? ""));
  if (open.length === 0) return;
  throw new Failure(
    `The service control policy is not attached yet where ${open.join(", ")} ${open.length === 1 ? "is" : "are"}: whoever came in there could do without MFA.`,
    "Nothing was changed. Run mfa-admin up first: it attaches it, by a pending edit of the units.",
    { setting: ["organizationalUnits"] },
  );
}

/**
 * Prepares the state for developers who come back before their removal from the roster was applied: the service control policy,
 * which this run does not target, no longer depends on them.
 */
async function returnToStack(
  stack: Stack,
  { project, settings, names, verbose }: RunOptions & { names: string[] },
  resources: Resource[],
): Promise<void> {
  const held = resources.filter((resource) => names.includes(developerIn(resource) ?? ""));
  if (held.length === 0) return;
  const roles = held.map(identityOfResource).filter(({ type }) => type === "role");
  for (const name of names) {
    const kept = accountsOf(settings, name);
    const lost = roles.filter((role) => role.name === roleNameOf(settings, name) && !kept.includes(role.account));
    if (lost.length === 0) continue;
    throw new Failure(
      `${name} is in the stack still, with roles in more accounts (${lost.map(({ account }) => account).join(", ")}).`,
      `Nothing was changed. Run mfa-admin up first, which removes ${name}, or add ${name} with those accounts.`,
    );
  }
  const refresh = (): Promise<unknown> => runRefresh(stack, { project, settings, verbose });
  await prepareAddition(stack, names, { settings, refresh });
}

/** Refuses a pending edit of the policy that all developers share: new developers would get rights that the settings don't give. */
function requireSharedPolicy(resources: Resource[], settings: Settings, switching: boolean): void {
  const isShared = resources.some(({ type }) => type === "aws-native:cloudformation:StackSet");
  if (settings.roles === "shared" && !isShared) {
    throw new Failure(
      "The role that developers share is not made yet.",
      "Nothing was changed. Run mfa-admin up first: it makes it, and asks.",
      { setting: ["roles"] },
    );
  }
  const policy = resources.find(({ type }) => type === "aws-native:iam:ManagedPolicy");
  const applied = policy?.inputs?.["policyDocument"];
  if (isDeepStrictEqual(applied, developerPolicy(settings, switching))) return;
  const keys = settingsOfSharedPolicy(applied, settings, switching);
  const [first = "rolePrefix"] = keys;
  throw new Failure(
    `Another edit of the settings${keys.length === 0 ? "" : ` (${keys.join(", ")})`} is pending that changes the policy which all developers share.`,
    "Nothing was changed. Run mfa-admin up first: it shows that edit, and asks.",
    { setting: [first] },
  );
}

/** The settings in which the shared policy that was applied differs from the wanted one. */
export function settingsOfSharedPolicy(applied: unknown, settings: DeveloperRights, switching = false): string[] {
  const statements = (document: unknown): [assume: Record<string, unknown>, others: unknown] => {
    const all = spelledDocument(document).Statement;
    const isAssume = ({ Sid }: Record<string, unknown>): boolean => Sid === "AllowAssumeRoleWithMFA";
    return [all.find(isAssume) ?? {}, all.filter((one) => !isAssume(one))];
  };
  const [[assume, others], [wanted, otherWanted]] = [
    statements(applied),
    statements(developerPolicy(settings, switching)),
  ];
  return [
    ...(isDeepStrictEqual(assume["Resource"], wanted["Resource"]) ? [] : ["rolePrefix"]),
    ...(isDeepStrictEqual(others, otherWanted) ? [] : ["accessKeys"]),
    ...(isDeepStrictEqual(assume["Condition"], wanted["Condition"]) ? [] : ["mfaMaxAge"]),
  ];
}

/** The URNs of the resources to make: the developers with their users and roles, and providers that the stack does not have yet. */
function urnsToMake(
  { stack, name: projectName }: Project,
  settings: Settings,
  names: string[],
  resources: Resource[],
  unreached: { name: string }[],
): string[] {
  const urn = (type: string, name: string): string => `urn:pulumi:${stack}::${projectName}::${type}::${name}`;
  const developer = "mfa-admin:index:Developer";
  const reached = (name: string): string[] =>
    ownRolesOf(settings, name).filter((account) => !unreached.some((one) => one.name === account));
  const accounts = names.flatMap(reached);
  const known = new Set(resources.map((resource) => resource.urn));
  const providers = [...new Set(accounts)].map((account) => urn("pulumi:providers:aws-native", account));
  return [
    ...providers.filter((provider) => !known.has(provider)),
    ...names.flatMap((name) => [
      urn(developer, name),
      urn(`${developer}$aws-native:iam:User`, name),
      ...reached(name).map((account) => urn(`${developer}$aws-native:iam:Role`, `${name}@${account}`)),
    ]),
  ];
}
