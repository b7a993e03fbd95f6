import { type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accountIdIn, developersGroup, roleNameOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { wordsOf } from "../aws/error-words.ts";
import type { Identity } from "../aws/identities.ts";
import { type Look, allIdentities } from "../aws/look.ts";
import { asTyped, type Denial, denialsToPut, putDenial } from "./put-denials.ts";
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
import { denials, type Denied, denyingIn, denyingOn, developersBy, newDenials } from "../engine/denials-in-aws.ts";

export interface Keeping {
  settings: Settings;
  before: Pick<StackBefore, "held" | "given">;
  /** The identities in AWS when the user was asked about the run. */
  told: Pick<Look, "identities">;
  /** The denials that were removed right before: AWS may show them for some seconds more. */
  lifted: Denied[];
  /** Names of accounts in which nothing is read or changed. */
  unreached: string[];
  /** Called for each step as well. */
  onStep?: OnStep | undefined;
}

type OnStep = (step: StepEventMetadata) => void;

/** Denials that were there before a run could not be restored after it. */
export class DenialsLost extends Failure {}

/**
 * Runs the engine, and restores the denials (the end of sessions, a quarantine, a block) on every user, role and group that the run
 * changes or makes anew. The engine writes all policies of a resource at once, and has only the stack's. Denials are restored after
 * each step, and once more at the end where that failed.
 *
 * @param run has to call `onStep` for each step
 * @throws Failure before the run where there are denials that the user was not told of
 */
export async function keepingDenials(
  keeping: Keeping,
  run: (onStep: OnStep) => Promise<RunResult>,
): Promise<RunResult> {
  const identities = await allIdentities(keeping.settings, keeping.unreached);
  requireTold(identities, keeping);
  const kept = keptOn(identities, keeping);
  const done: Promise<Lost[]>[] = [];
  const onStep: OnStep = (step) => {
    for (const one of kept.filter((candidate) => isWrittenBy(step, candidate))) {
      one.isWritten = true;
      done.push(putBack(one));
    }
    keeping.onStep?.(step);
  };
  const outcome = await run(onStep).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const refused = (await Promise.all(done)).flat();
  // A failed step may have removed denials, so all are restored again.
  const isUnknown = "error" in outcome && (outcome.error instanceof IncompleteRun || done.length > 0);
  const again = kept.filter((one) => isUnknown || refused.some(({ on }) => on === one));
  const lost = (await pMap(again, putBack, { concurrency: 8 })).flat();
  if ("error" in outcome) throw lost.length === 0 ? outcome.error : joined(outcome.error, lost);
  if (lost.length === 0) return outcome.result;
  const later = madeWithoutPassword(outcome.result);
  throw new DenialsLost(
    `The settings were applied. ${lostText(lost)}`,
    [remedy(lost), ...(later === undefined ? [] : [`Then ${later}`])].join(" "),
  );
}

/** Refuses a run where somebody was shut out while the user was asked. */
function requireTold(identities: Look["identities"], { settings, before, told }: Keeping): void {
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

/** A user, a role or a group, by its name after the run, with its denials. */
interface KeptDenials extends Pick<Identity, "type" | "name"> {
  account: string;
  accountId: string;
  iam: IAMClient;
  denials: Denial[];
  /** Whether the run has written the identity, so that AWS has it. */
  isWritten: boolean;
}

function keptOn(identities: Look["identities"], { settings, before, lifted }: Keeping): KeptDenials[] {
  const developerOf = developersBy(settings, before.held);
  const [iam, given] = [clientsIn(settings), givenBesides(before.given, settings)];
  return [...identities].flatMap(([account, all]) => {
    const [accountId, denyingHere] = [accountIdIn(settings, account), denyingIn(all)];
    const documents = new Map(
      all.flatMap(({ type, arn, document }) => (type === "managed policy" ? [[arn, document]] : [])),
    );
    return all.flatMap((identity): KeptDenials[] => {
      const name = nameNow(account, identity, developerOf, settings);
      if (name === undefined) return [];
      const own = { type: identity.type, name };
      const isLifted = (policy: string): boolean =>
        lifted.some(
          ({ resource, policies }) =>
            resource.account === account && resource.name === identity.name && policies.includes(policy),
        );
      const denying = denyingOn(identity, denyingHere, given);
      const found = denialsToPut(own, denying, documents).filter(({ policy }) => !isLifted(policy));
      if (found.length === 0) return [];
      return [{ ...own, account, accountId, iam: iam(accountId), denials: found, isWritten: false }];
    });
  });
}

/** The identity's name after the run: a developer's role may have another name then, by another prefix. */
function nameNow(
  account: string,
  { type, name }: Identity,
  developerOf: ReturnType<typeof developersBy>,
  settings: Settings,
): string | undefined {
  if (type === "group") return account === "auth" && name === developersGroup ? name : undefined;
  const developer = developerOf(account, { type, name });
  return developer !== undefined && type === "role" ? roleNameOf(settings, developer) : developer;
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
