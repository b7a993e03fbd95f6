import { furtherPolicies } from "../../infra/control-policies.ts";
import { accountsWithOwnRoles, ownRolesOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import { type Counted, Progress } from "../report/progress.ts";
import { RedactedLines } from "../terminal/redact.ts";
import type { PulumiFn, Stack, StepEventMetadata } from "./automation.ts";
import type { Change } from "../results/change.ts";
import { RunRecord } from "../changes/record.ts";
import type { Resource } from "./deployment.ts";
import { RolloutProgress } from "./rollout-progress.ts";
import type { RunResult } from "../results/run.ts";
import type { Given } from "../changes/given.ts";
import { cancellable } from "./interrupt.ts";
import { joinedPasses, joinedRuns } from "./join-runs.ts";
import { runMessage } from "./run-message.ts";
import { forDeletion, programOf } from "./stack.ts";
import { leaveOutDenials, withoutDenials } from "./denials.ts";
import { DenialsInProgram, type DenialsOn } from "./denials-in-program.ts";
import { withoutCallStacks, withoutReports } from "./pulumi-insides.ts";
import { withNamedSessions } from "./sts-endpoint.ts";
import { changesAws, type EngineCommand, failureOf, IncompleteRun } from "./run-failure.ts";

export interface RunOptions {
  project: Project;
  settings: Settings;
  /** How many changes the run is to make, where that is known. */
  total?: number | undefined;
  /** Take resources that AWS has already into the stack, whoever has made them. */
  adopt?: boolean;
  /** Called with every step that the engine has taken, or would take. */
  onStep?: (step: StepEventMetadata) => void;
  /** URNs of the resources that the run may change. Default: the whole stack. */
  target?: string[];
  /** Whether the state has what a run was changing or deleting when it died, so that AWS has to be read before anything is compared. */
  isUnfinished?: boolean;
  /** The program to run in place of the whole one. */
  program?: PulumiFn;
  /** Called when the run begins: from then on it can be interrupted, and the next run goes on. */
  onBegin?: () => Promise<void>;
  /** Called when the run has refreshed the state in between, before it changes anything more. */
  afterRefresh?: () => Promise<void>;
  /** The denials that the program registers with what it changes, so that AWS is at no time without them. */
  registering?: () => Promise<DenialsOn[]>;
  /** Removes denials from a step; returns whether it had any. */
  leaveOut?: (step: StepEventMetadata) => boolean;
  /** The command that goes on after a failure. Default: the run's own. */
  again?: string;
  /** The command that the history shows. Default: the engine's own. */
  what?: string;
  /** Pass the engine's own output on to stderr. */
  verbose: boolean;
}

/**
 * The number of operations at once. On AWS, each mostly waits for seconds. Throttled calls are retried (`hooks.onError`).
 * `npm run bench -- --only waiting` measures it (docs/scale.md).
 */
const parallel = 96;

/** Applies the settings. What a failed run has left unfinished is repaired as far as possible, by this run or the next. */
export async function runUp(stack: Stack, options: RunOptions): Promise<RunResult> {
  const { project, settings, registering = () => Promise.resolve([]) } = options;
  const denials = new DenialsInProgram(registering);
  const program = denials.register(options.program ?? programOf(stack, settings), stack, project);
  const leaveOut = (step: StepEventMetadata): boolean => denials.leaveOutOf(step);
  const result = await runAttempts(stack, { ...options, program, leaveOut }).catch(async (error: unknown) => {
    // The run's own error counts; the next run takes out of the state what is left (`healResources`).
    await denials.forget(stack, { hasFailed: true }).catch(() => undefined);
    throw error;
  });
  await denials.forget(stack);
  return result;
}

async function runAttempts(stack: Stack, options: RunOptions): Promise<RunResult> {
  const { settings, adopt: adoptAll = false } = options;
  // The steps of a refresh are not changes of this run.
  const refresh = async (): Promise<void> => {
    await runRefresh(stack, { ...options, onStep: () => undefined });
    await options.afterRefresh?.();
  };
  const started = Date.now();
  // The engine forgets these operations, and takes a resource for unchanged where the settings are as they were before.
  if (options.isUnfinished === true) {
    const { settle } = await import("./recover.ts");
    await settle(stack, { settings, refresh });
  }
  const earlier: Change[] = [];
  const takenBefore = new Set<string>();
  for (let attempt = 1; ; attempt++) {
    try {
      const these = attempt === 1 ? options : { ...withoutBegin(options), total: undefined };
      const { record, ...result } = await run(stack, "up", these, (engine) =>
        withoutReports(stack).up({ ...engine, parallel, ...partOf(stack, these) }),
      );
      const whole = { ...joinedRuns(earlier, result), seconds: (Date.now() - started) / 1000 };
      if (!record.resumesUnfinished) return whole;
      // A resource that an interrupted run did make, and the settings no longer have, is deleted by another run.
      const { settle } = await import("./recover.ts");
      if (!(await settle(stack, { settings, refresh }))) return whole;
      earlier.push(...result.changes);
    } catch (error) {
      if (!(error instanceof IncompleteRun)) throw error;
      const { recover } = await import("./recover.ts");
      if (!(await recover(stack, error, { settings, adoptAll, refresh, attempt, takenBefore }))) {
        throw error.telling({ earlier });
      }
      earlier.push(...error.record.changes);
    }
  }
}

function withoutBegin(options: RunOptions): RunOptions {
  const { onBegin, ...others } = options;
  return onBegin === undefined ? options : others;
}

export async function runPreview(stack: Stack, options: RunOptions): Promise<RunResult> {
  return resultOf(
    await run(stack, "preview", options, (engine) => stack.preview({ ...engine, parallel, ...partOf(stack, options) })),
  );
}

function partOf(stack: Stack, { settings, target, program = programOf(stack, settings) }: RunOptions) {
  return { program, ...(target !== undefined && { target }) };
}

/**
 * Refreshes the state from AWS; the changes are the drift. It takes two passes: the aws-native plugin's first one puts what it
 * finds where neither its own report nor `ignoreChanges` sees it (pulumi-aws-native#1796), and an update after that would delete a
 * console password that was made outside of the stack.
 *
 * @param only URNs of the resources to read; all when left out
 */
export async function runRefresh(stack: Stack, options: RunOptions, only?: string[]): Promise<RunResult> {
  const hasUnread = await settleBeforeReading(stack, options);
  const { prepareReading } = await import("./read-reachable.ts");
  const reachable = await prepareReading(stack, options.settings);
  const part = only === undefined ? reachable : { target: only };
  const { denying, given, before } = await whatDenies(stack, options);
  const leaveOut = (step: StepEventMetadata): boolean => withoutDenials(step, given, denying);
  const pass = (target: { target?: string[] }): Promise<FinishedRun> =>
    run(stack, "refresh", { ...options, leaveOut }, (engine) =>
      withoutReports(stack).refresh({ ...engine, parallel, ...target }),
    );
  const first = await pass(part);
  const left = await stillThere(stack, options, part);
  // Where no target is left in the state, the second pass is skipped.
  const second = left.target?.length === 0 ? noRun(first) : await pass(left);
  if (hasUnread) {
    const { noteRead } = await import("./recover.ts");
    await noteRead(stack, part.target);
  }
  if (first.denialsSeen || second.denialsSeen) {
    const { forgetDenials } = await import("./recover.ts");
    const again = (): Promise<unknown> => runRefresh(stack, { ...options, onStep: () => undefined });
    await forgetDenials(stack, { settings: options.settings, refresh: again }, denying, before);
  }
  return joinedPasses(first, second);
}

/**
 * Settles what earlier runs have left, and repairs the state. What that takes in needs no refresh of its own: this one reads it.
 *
 * @returns whether the state may have resources that are marked as unread
 */
async function settleBeforeReading(stack: Stack, options: RunOptions): Promise<boolean> {
  const [{ stateBefore }, { isUnread }] = await Promise.all([import("./state-before.ts"), import("./unread.ts")]);
  const { resources, hasPending } = await stateBefore(stack, options.project);
  const hasUnread = resources.some(isUnread);
  if (hasPending || hasUnread) {
    const { settle } = await import("./recover.ts");
    await settle(stack, { settings: options.settings, refresh: () => Promise.resolve() });
  }
  await healKnown(stack, resources, options, () => Promise.resolve());
  return hasPending || hasUnread;
}

/**
 * The ARNs and names of what only denies on developers, which the engine's steps don't show as such (groups, and managed policies of the
 * account's own), the policies that the stack itself gives to roles, which stay, and the state's resources without denials.
 */
async function whatDenies(
  stack: Stack,
  options: RunOptions,
): Promise<{ denying: string[]; given: Given; before: Resource[] }> {
  const [{ allIdentities }, { denials }, { givenBesides }, { stackHeldBy }, { unreachedNames }] = await Promise.all([
    import("../aws/look.ts"),
    import("./denials-in-aws.ts"),
    import("../changes/given.ts"),
    import("./state-before.ts"),
    import("./unreached.ts"),
  ]);
  const { settings } = options;
  const resources = await resourcesOf(stack, options);
  const before = stackHeldBy(resources);
  const identities = await allIdentities(settings, unreachedNames(stack));
  const denying = denials({ identities }, settings, before).flatMap(({ policies }) => policies);
  leaveOutDenials({ resources }, settings, denying);
  return { denying, given: givenBesides(before.given, settings), before: resources };
}

/** The targets without those that the first pass has removed from the state: the engine refuses unknown targets. */
async function stillThere(stack: Stack, options: RunOptions, part: { target?: string[] }) {
  if (part.target === undefined) return {};
  const urns = new Set((await resourcesOf(stack, options)).map(({ urn }) => urn));
  return { target: part.target.filter((urn) => urns.has(urn)) };
}

const noRun = ({ record }: FinishedRun): FinishedRun => ({
  ...{ changes: [], unchanged: 0, seconds: 0 },
  record,
  denialsSeen: false,
});

async function resourcesOf(stack: Stack, { project }: RunOptions): Promise<Resource[]> {
  const { resourcesBefore } = await import("./state-before.ts");
  return resourcesBefore(stack, project);
}

/**
 * Repairs the state where its resources need it. A run of the program gives new inputs to the providers that it still has. But a
 * refresh does not run the program, and the resources of an account that was removed from the settings go by its old provider.
 *
 * @param known the state's resources
 * @param refresh reads the resources that the repair takes into the state
 */
export async function healKnown(
  stack: Stack,
  known: Resource[],
  options: RunOptions,
  refresh = (): Promise<unknown> => runRefresh(stack, { ...options, onStep: () => undefined }),
): Promise<void> {
  const { healResources } = await import("./heal.ts");
  if (!healResources(structuredClone(known), options.settings)) return;
  const { heal } = await import("./recover.ts");
  await heal(stack, { settings: options.settings, refresh });
}

/**
 * Deletes everything, the service control policy first. The run's program registers the hooks that empty the users. Resources that
 * a run was making when it died are taken into the state before, since they would be in the way.
 */
export async function runDestroy(stack: Stack, options: RunOptions): Promise<RunResult> {
  const { prepareDeletion } = await import("./recover.ts");
  const refresh = (): Promise<unknown> => runRefresh(stack, options);
  const { total, ...part } = await prepareDeletion(stack, { settings: options.settings, refresh });
  // An engine with nothing to do is gone before the program has found it.
  if (total === 0) return { changes: [], unchanged: 0, seconds: 0 };
  const call = (engine: EngineOptions) =>
    withoutReports(forDeletion(stack, options.settings)).destroy({ ...engine, parallel, runProgram: true, ...part });
  return resultOf(await run(stack, "destroy", { ...options, total }, call));
}

/**
 * Deletes some developers' resources and touches nothing else, whatever else the settings say by now.
 */
export async function runRemoval(stack: Stack, names: string[], options: RunOptions): Promise<RunResult> {
  const { prepareRemoval } = await import("./recover.ts");
  const refresh = (): Promise<unknown> => runRefresh(stack, options);
  const { target, total, staying, outputs } = await prepareRemoval(stack, names, {
    settings: options.settings,
    refresh,
  });
  // An engine with nothing to do is gone before the program has found it.
  if (target.length === 0) return { changes: [], unchanged: staying, seconds: 0 };
  const call = (engine: EngineOptions) =>
    withoutReports(forDeletion(stack, options.settings, outputs)).destroy({
      ...engine,
      parallel,
      runProgram: true,
      target,
    });
  return { ...resultOf(await run(stack, "destroy", { ...options, total }, call)), unchanged: staying };
}

const titles: Record<EngineCommand, string> = {
  up: "Applying",
  preview: "Previewing",
  refresh: "Reading back",
  destroy: "Deleting",
};

type EngineOptions = Pick<
  Parameters<Stack["up"]>[0] & object,
  "onEvent" | "onOutput" | "onError" | "signal" | "color" | "suppressProgress" | "message"
>;

async function run(
  stack: Stack,
  command: EngineCommand,
  { project, settings, total, onBegin, onStep, verbose, again, what = command, leaveOut }: RunOptions,
  call: (engine: EngineOptions) => Promise<unknown>,
): Promise<FinishedRun> {
  // A `destroy` leaves nothing unchanged.
  const record = new RunRecord(command !== "destroy");
  // The number of changes is known only after a preview.
  const counted: Counted =
    command === "destroy" || total !== undefined
      ? { what: "changes", total }
      : { what: "resources", total: expectedResources(settings) };
  const progress = new Progress(titles[command], counted, accountNames(settings));
  const output = new RedactedLines(process.stderr);
  const pass = (text: string): void => {
    if (verbose) output.write(text);
  };
  const rollout = new RolloutProgress((text) => {
    progress.note(text);
  });
  let interrupted = false;
  let denialsSeen = false;
  try {
    await cancellable(
      () => {
        interrupted = true;
        progress.note("Cancelling: what is under way is being finished. Press Ctrl-C again to stop at once.");
      },
      async (signal) => {
        await onBegin?.();
        const engine: EngineOptions = {
          // A preview has no message: the history does not keep it, and it may run without credentials.
          ...(command !== "preview" && { message: await runMessage(what) }),
          onEvent: (event) => {
            if (leaveOut !== undefined && event.resOutputsEvent !== undefined) {
              denialsSeen = leaveOut(event.resOutputsEvent.metadata) || denialsSeen;
            }
            if (changesAws(command)) rollout.add(event);
            const before = record.finished;
            const change = record.add(event);
            if (event.resOutputsEvent) onStep?.(event.resOutputsEvent.metadata);
            // What a preview or a refresh finds is shown at its end.
            if (changesAws(command) && change) progress.changed(change);
            else if (counted.what === "resources" && record.finished > before) progress.advance();
          },
          onOutput: pass,
          onError: pass,
          color: "never",
          suppressProgress: true,
          signal,
        };
        await withNamedSessions(stack, project, () => (verbose ? call(engine) : withoutCallStacks(() => call(engine))));
        // A preview or a refresh that finished in spite of the interruption still ends the command.
        if (interrupted && !changesAws(command)) throw new Error("Interrupted.");
      },
    );
  } catch (error) {
    record.close();
    progress.end();
    throw failureOf({ command, record, interrupted, total, project, error, ...(again !== undefined && { again }) });
  } finally {
    rollout.end();
    output.end();
  }
  record.close();
  const unchanged = record.finished - record.changes.length;
  return { changes: record.changes, unchanged, seconds: progress.end(), record, denialsSeen };
}

interface FinishedRun extends RunResult {
  record: RunRecord;
  /** Whether a refresh has read denials, which are no drift. */
  denialsSeen: boolean;
}

const resultOf = ({ changes, unchanged, seconds }: FinishedRun): RunResult => ({ changes, unchanged, seconds });

/** The number of resources: control policies, the group and its policy, users, and their roles or the shared role's StackSet. */
function expectedResources(settings: Settings): number {
  const names = Object.keys(settings.developers);
  const shared = (settings.roles === "shared" ? 4 : 3) + furtherPolicies(settings, "").length;
  return names.reduce((sum, name) => sum + 1 + ownRolesOf(settings, name).length, shared);
}

function accountNames(settings: Settings): string[] {
  return ["management", "auth", ...Object.keys(accountsWithOwnRoles(settings))];
}
