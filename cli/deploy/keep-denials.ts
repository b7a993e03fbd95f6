import { type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accountIdIn, developersGroup, roleNameOf, trustPolicyName } from "../../infra/names.ts";
import { isSameDocument } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { wordsOf } from "../aws/error-words.ts";
import type { Identity } from "../aws/identities.ts";
import { type Look, allIdentities } from "../aws/look.ts";
import { asTyped, type Denial, denialsToPut, putDenial } from "./put-denials.ts";
import type { DenialsOn } from "../engine/denials-in-program.ts";
import type { StepEventMetadata } from "../engine/automation.ts";
import { identityOf } from "../changes/step.ts";
import { givenBesides } from "../changes/given.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import type { RunResult } from "../results/run.ts";
import { Failure } from "../failure.ts";
import { madeWithoutPassword } from "./passwords-later.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { warningFact } from "../report/wording.ts";
import { policyName, resourcesText } from "../report/phrases.ts";
import { oneLine } from "../terminal/one-line.ts";
import { cutOffs } from "./cut-offs.ts";
import {
  denials,
  type Denied,
  type Denying,
  denyingIn,
  denyingOn,
  developersBy,
  newDenials,
} from "../engine/denials-in-aws.ts";

export interface Keeping {
  settings: Settings;
  before: Pick<StackBefore, "held" | "given">;
  /** The identities in AWS before the user was asked about the run; undefined where nobody was asked. */
  told?: Pick<Look, "identities"> | undefined;
  /** The denials that were removed right before: AWS may show them for some seconds more. */
  lifted: Denied[];
  /** Names of accounts in which nothing is read or changed. */
  unreached: string[];
  /** Ids, by name, of the accounts in which a switch to the shared role has left roles of the developers' own. */
  oldForm?: Record<string, string> | undefined;
  /** Called for each step as well. */
  onStep?: OnStep | undefined;
}

type OnStep = (step: StepEventMetadata) => void;

/** Denials that were there before a run could not be restored after it. */
export class DenialsLost extends Failure {}

/**
 * Runs the engine, and keeps the denials (the end of sessions, a quarantine, a block) on every user, role and group that the run
 * changes or makes anew. The program registers them with each property that the engine writes. They are put once more after each step, and
 * at the end where that failed.
 *
 * @param run has to call `onStep` for each step, and to have the program register the denials
 * @throws Failure before the run where there are denials that the user was not told of
 */
export async function keepingDenials(
  keeping: Keeping,
  run: (options: { onStep: OnStep; registering: () => Promise<DenialsOn[]> }) => Promise<RunResult>,
): Promise<RunResult> {
  const read = (): Promise<Look["identities"]> => allIdentities(keeping.settings, keeping.unreached, keeping.oldForm);
  if (keeping.told !== undefined) requireTold(await read(), keeping, keeping.told);
  let kept: KeptDenials[] = [];
  let reading: Promise<DenialsOn[]> | undefined;
  let refused: { error: unknown } | undefined;
  // A further attempt of the run keeps what the first has found, since a failed step may have removed it.
  const registering = (): Promise<DenialsOn[]> =>
    (reading ??= read().then(
      (identities) => {
        kept = keptOn(identities, keeping);
        return kept.map(({ inProgram }) => inProgram);
      },
      (error: unknown) => {
        refused = { error };
        throw error;
      },
    ));
  const done: Promise<Lost[]>[] = [];
  const onStep: OnStep = (step) => {
    for (const one of kept.filter((candidate) => isWrittenBy(step, candidate))) {
      one.isWritten = true;
      done.push(putBack(one));
    }
    keeping.onStep?.(step);
  };
  const outcome = await run({ onStep, registering }).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: refused?.error ?? error }),
  );
  const notPut = (await Promise.all(done)).flat();
  // A failed step may have removed denials, so all are restored again.
  const isUnknown = "error" in outcome && (outcome.error instanceof IncompleteRun || done.length > 0);
  const again = kept.filter((one) => isUnknown || notPut.some(({ on }) => on === one));
  const lost = await missing((await pMap(again, putBack, { concurrency: 8 })).flat(), keeping);
  if ("error" in outcome) throw lost.length === 0 ? outcome.error : joined(outcome.error, lost);
  if (lost.length === 0) return outcome.result;
  const later = madeWithoutPassword(outcome.result);
  throw new DenialsLost(
    `The settings were applied. ${lostText(lost)}`,
    [remedy(lost), ...(later === undefined ? [] : [`Then ${later}`])].join(" "),
  );
}

/** Refuses a run where somebody was shut out while the user was asked, in the accounts that the question was about. */
function requireTold(now: Look["identities"], { settings, before }: Keeping, told: Pick<Look, "identities">): void {
  const identities = new Map([...now].filter(([account]) => told.identities.has(account)));
  const cutOff = (look: Pick<Look, "identities">): string[] =>
    cutOffs(look, settings).map(({ developer }) => developer);
  const known = cutOff(told);
  const found = [
    ...newDenials(denials({ identities }, settings, before), denials(told, settings, before)),
    ...cutOffs({ identities }, settings).filter(({ developer }) => !known.includes(developer)),
  ];
  if (found.length === 0) return;
  throw new Failure(
    `Somebody was shut out meanwhile: ${found.map((one) => warningFact(one, oneLine)).join(" ")}`,
    "The settings were not applied. Run the command again: it shows what is there now.",
  );
}

/** The denials that a run leaves in force, as its program registers them. */
export function denialsKept(
  { identities }: Pick<Look, "identities">,
  keeping: Pick<Keeping, "settings" | "before" | "lifted">,
): DenialsOn[] {
  return keptOn(identities, keeping).map(({ inProgram }) => inProgram);
}

/** A user, a role or a group, by its name after the run, with its denials. */
interface KeptDenials extends Pick<Identity, "type" | "name"> {
  account: string;
  accountId: string;
  iam: IAMClient;
  denials: Denial[];
  /** The same as the program registers them. */
  inProgram: DenialsOn;
  /** Whether the run has written the identity, so that AWS has it. */
  isWritten: boolean;
}

function keptOn(
  identities: Look["identities"],
  { settings, before, lifted, oldForm = {} }: Pick<Keeping, "settings" | "before" | "lifted" | "oldForm">,
): KeptDenials[] {
  const developerOf = developersBy(settings, before.held);
  const [iam, given] = [clientsIn(settings), givenBesides(before.given, settings)];
  return [...identities].flatMap(([account, all]) => {
    const [accountId, denyingHere] = [oldForm[account] ?? accountIdIn(settings, account), denyingIn(all)];
    const documents = new Map(
      all.flatMap(({ type, arn, document }) => (type === "managed policy" ? [[arn, document]] : [])),
    );
    return all.flatMap((identity): KeptDenials[] => {
      const names = namesNow(account, identity, developerOf, settings);
      if (names === undefined) return [];
      const own = { type: identity.type, name: names.name };
      const isLifted = (policy: string): boolean =>
        lifted.some(
          ({ resource, policies }) =>
            resource.account === account && resource.name === identity.name && policies.includes(policy),
        );
      const denying = unlessLifted(denyingOn(identity, denyingHere, given), isLifted);
      const found = denialsToPut(own, denying, documents);
      if (found.length === 0) return [];
      const inProgram = { ...names.inProgram, denying: withinQuota(denying, identity, settings) };
      return [{ ...own, account, accountId, iam: iam(accountId), denials: found, inProgram, isWritten: false }];
    });
  });
}

/** The identity's name after the run, where a developer's role may have another one by another prefix, and its name in the program. */
function namesNow(
  account: string,
  { type, name }: Identity,
  developerOf: ReturnType<typeof developersBy>,
  settings: Settings,
): { name: string; inProgram: Omit<DenialsOn, "denying"> } | undefined {
  if (type === "group") {
    const isOwn = account === "auth" && name === developersGroup;
    return isOwn ? { name, inProgram: { type: "aws-native:iam:Group", name: "developers" } } : undefined;
  }
  const developer = developerOf(account, { type, name });
  if (developer === undefined) return undefined;
  return type === "role"
    ? {
        // A role of the old form keeps its name.
        name: settings.roles === "shared" ? name : roleNameOf(settings, developer),
        inProgram: { type: "aws-native:iam:Role", name: `${developer}@${account}` },
      }
    : { name: developer, inProgram: { type: "aws-native:iam:User", name: developer } };
}

function unlessLifted(
  { managed, inline, groups, boundary, trust }: Denying,
  isLifted: (policy: string) => boolean,
): Denying {
  return {
    managed: managed.filter((arn) => !isLifted(arn)),
    inline: inline.filter(({ name }) => !isLifted(name)),
    groups: groups.filter((group) => !isLifted(group)),
    ...(boundary !== undefined && !isLifted(boundary) && { boundary }),
    ...(trust !== undefined && !isLifted(trustPolicyName) && { trust }),
  };
}

/** The managed policies that a role has by AWS's default (IAM User Guide, "IAM and AWS STS quotas"). */
const managedPoliciesOfRole = 10;

/**
 * The denials without managed policies for which a role has no room beside its own: AWS would refuse the role's whole update. They are put
 * after it, as inline policies.
 */
function withinQuota(denying: Denying, { type, managedPolicies }: Identity, { permissions }: Settings): Denying {
  const room = Math.max(managedPoliciesOfRole, managedPolicies.length);
  if (type !== "role" || permissions.length + denying.managed.length <= room) return denying;
  return { ...denying, managed: [] };
}

function isWrittenBy(step: StepEventMetadata, { account, type, name }: KeptDenials): boolean {
  if (!["create", "update", "create-replacement"].includes(step.op)) return false;
  const written = identityOf(step);
  return written.account === account && written.type === type && written.name === name;
}

/** A denial that could not be restored, and why. */
interface Lost {
  on: KeptDenials;
  denial: Denial;
  error: unknown;
}

async function putBack(on: KeptDenials): Promise<Lost[]> {
  // IAM takes one change of a role at a time.
  const tried = await pMap(on.denials, async (denial) => ({ on, denial, error: await putDenial(on.iam, denial) }), {
    concurrency: 1,
  });
  // An identity that the run did not come to make has lost nothing.
  return tried.filter(
    ({ error }) => error !== undefined && (on.isWritten || !(error instanceof NoSuchEntityException)),
  );
}

/** The denials that AWS really lacks. One that the program has registered may be there, though it could not be put once more. */
async function missing(lost: Lost[], { settings, unreached, oldForm }: Keeping): Promise<Lost[]> {
  if (lost.length === 0) return lost;
  const identities = await allIdentities(settings, unreached, oldForm).catch(() => undefined);
  const isThere = ({ on, denial: { policy } }: Lost): boolean => {
    const found = identities?.get(on.account)?.find(({ type, name }) => type === on.type && name === on.name);
    if (found === undefined) return false;
    if (policy === trustPolicyName) return isSameDocument(found.document, on.inProgram.denying.trust);
    const inline = found.inlinePolicies.map(({ name }) => name);
    return [...found.managedPolicies, ...inline, ...found.groups, found.boundary].includes(policy);
  };
  return lost.filter((one) => !isThere(one));
}

function lostText(lost: Lost[]): string {
  const each = lost.map(
    ({ on, denial, error }) => `${policyName(denial.policy)} on ${resourcesText([on], oneLine)} (${wordsOf(error)})`,
  );
  const how = lost.every(({ on }) => on.isWritten) ? "shuts out nobody now" : "may not be there any more";
  return `What only denies could not be put back, and ${how}: ${each.join("; ")}.`;
}

function remedy(lost: Lost[]): string {
  const each = lost.map(({ on, denial }) => `in ${on.account} (${on.accountId}): ${asTyped(denial.command)}`);
  return `Put it back now, ${each.join("; ")}.`;
}

/** The run's own failure, with the denials that were lost. */
function joined(error: unknown, lost: Lost[]): Failure {
  if (error instanceof IncompleteRun) return error.telling({ facts: [lostText(lost)], next: [remedy(lost)] });
  const { message, remedy: own } = error as Failure;
  return new DenialsLost([message, lostText(lost)].join("\n"), [own, remedy(lost)].filter(Boolean).join(" "), {
    cause: error,
  });
}
