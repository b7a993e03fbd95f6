import { setTimeout } from "node:timers/promises";

import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DeletePolicyCommand,
  DescribePolicyCommand,
  DetachPolicyCommand,
  type OrganizationsClient,
  paginateListPolicies,
  paginateListTargetsForPolicy,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";

import { notingTime } from "./aws-time.ts";
import { type EndedSessions, endedSessionsIn, endedSessionsPolicy, longestRoleSession } from "./ended-sessions.ts";
import { isTransient } from "./errors.ts";
import { endedSessionsPolicyName } from "./names.ts";
import { organizationsClient } from "./organizations-client.ts";
import { serviceControlPolicyQuota } from "./policies.ts";

/**
 * Ends sessions of the shared role in all accounts by one service control policy, however many accounts there are. The policy is attached
 * to the units from outside the stack, as everything that only denies.
 */

/** The policy's description in AWS Organizations. */
const description = "Ends sessions of developers who were removed. mfa-admin takes out what no session can be left of.";

/** Attempts of one change while others change the organization, too. */
const tries = 8;

/**
 * Ends sessions that were made before a time shortly after now. Earlier ends stay in the policy until no session that they deny can be
 * valid any more.
 *
 * @param units ids of the organizational units that have the role
 * @param ahead milliseconds that are added to AWS's own time, by which sessions are dated
 * @returns the time
 */
export async function endSharedSessions(
  whose: Omit<EndedSessions, "before">,
  units: string[],
  ahead: number,
): Promise<Date> {
  return patiently(async (client, now) => {
    const there = await policyThere(client);
    const ended = { ...whose, before: new Date(now().getTime() + ahead) };
    const others = stillNeeded(there?.ended ?? [], now()).filter((one) => !isCoveredBy(one, ended));
    const Content = contentOf([...others, ended]);
    const Name = endedSessionsPolicyName;
    if (there !== undefined) await client.send(new UpdatePolicyCommand({ PolicyId: there.id, Content }));
    const id =
      there?.id ??
      (await client.send(new CreatePolicyCommand({ Name, Description: description, Type: type, Content }))).Policy
        ?.PolicySummary?.Id;
    const attached = there === undefined ? [] : await targetsOf(client, there.id);
    for (const TargetId of units.filter((unit) => !attached.includes(unit))) {
      await client.send(new AttachPolicyCommand({ PolicyId: id, TargetId }));
    }
    return ended.before;
  });
}

/** Whether a later end, in all accounts, denies everything that an earlier end denied. */
function isCoveredBy(one: EndedSessions, later: EndedSessions): boolean {
  return (
    later.accounts === undefined &&
    one.roleName === later.roleName &&
    one.before <= later.before &&
    one.userNames.every((name) => later.userNames.includes(name) || later.userNames.includes("*"))
  );
}

/** Removes statements that no valid session can match any more, and deletes the policy with the last of them. */
export async function pruneEndedSessions(): Promise<void> {
  await patiently(async (client, now) => {
    const there = await policyThere(client);
    if (there === undefined) return;
    const needed = stillNeeded(there.ended, now());
    if (needed.length === 0) await deletePolicy(client, there.id);
    else if (needed.length < there.ended.length) {
      await client.send(new UpdatePolicyCommand({ PolicyId: there.id, Content: contentOf(needed) }));
    }
  });
}

/** Deletes the policy: the role is gone, and its sessions with it. */
export async function forgetEndedSessions(): Promise<void> {
  await patiently(async (client) => {
    const there = await policyThere(client);
    if (there !== undefined) await deletePolicy(client, there.id);
  });
}

/** The ends that a session may still be valid for: one made just before the end, or a console opened by it, lasts as long as AWS allows. */
export function stillNeeded(ended: EndedSessions[], now: Date): EndedSessions[] {
  return ended.filter(({ before }) => before.getTime() + longestRoleSession * 1000 > now.getTime());
}

/**
 * The policy's text. Where it would exceed AWS's quota, all ends that hold in every account are merged into one at the latest of their
 * times: a developer who stays has to log in once more.
 *
 * @throws Error where the text is too long all the same
 */
export function contentOf(ended: EndedSessions[]): string {
  const text = JSON.stringify(endedSessionsPolicy(ended));
  if (text.length <= serviceControlPolicyQuota) return text;
  const everywhere = Map.groupBy(ended, ({ roleName, accounts }) => (accounts === undefined ? roleName : undefined));
  const merged = [...everywhere].flatMap(([roleName, own]): EndedSessions[] => {
    if (roleName === undefined) return own;
    const userNames = [...new Set(own.flatMap((one) => one.userNames))];
    return [{ roleName, userNames, before: new Date(Math.max(...own.map(({ before }) => before.getTime()))) }];
  });
  const shorter = JSON.stringify(endedSessionsPolicy(merged));
  if (shorter.length <= serviceControlPolicyQuota) return shorter;
  throw new Error(
    `The policy ${endedSessionsPolicyName} would have ${shorter.length} characters, and AWS takes ${serviceControlPolicyQuota}: too many people were removed within ${longestRoleSession / 3600} hours.`,
  );
}

const type = "SERVICE_CONTROL_POLICY";

async function policyThere(client: OrganizationsClient): Promise<{ id: string; ended: EndedSessions[] } | undefined> {
  for await (const { Policies } of paginateListPolicies({ client }, { Filter: type })) {
    const id = Policies?.find(({ Name }) => Name === endedSessionsPolicyName)?.Id;
    if (id === undefined) continue;
    const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId: id }));
    return { id, ended: endedSessionsIn(Policy?.Content) };
  }
  return undefined;
}

async function targetsOf(client: OrganizationsClient, PolicyId: string): Promise<string[]> {
  const targets: string[] = [];
  for await (const page of paginateListTargetsForPolicy({ client }, { PolicyId })) {
    targets.push(...(page.Targets ?? []).flatMap(({ TargetId }) => TargetId ?? []));
  }
  return targets;
}

async function deletePolicy(client: OrganizationsClient, PolicyId: string): Promise<void> {
  for (const TargetId of await targetsOf(client, PolicyId)) {
    await client.send(new DetachPolicyCommand({ PolicyId, TargetId }));
  }
  await client.send(new DeletePolicyCommand({ PolicyId }));
}

type Change<T> = (client: OrganizationsClient, now: () => Date) => Promise<T>;

/**
 * The last change of this run. Changes wait for each other, and one that collides with somebody else's starts again by reading the policy.
 */
let last: Promise<unknown> = Promise.resolve();

function patiently<T>(change: Change<T>): Promise<T> {
  const done = last.then(() => untilDone(change));
  last = done.catch(() => undefined);
  return done;
}

async function untilDone<T>(change: Change<T>): Promise<T> {
  const client = organizationsClient();
  const time = notingTime(client);
  // By AWS's clock: this machine's may be wrong.
  const now = (): Date => new Date(time() ?? Date.now());
  for (let attempt = 1; ; attempt++) {
    try {
      return await change(client, now);
    } catch (error) {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (attempt === tries || !(isTransient(words) || /DuplicatePolicy(Exception|Attachment)/.test(words)))
        throw error;
      await setTimeout(Math.min(4000, 250 * 2 ** attempt));
    }
  }
}
