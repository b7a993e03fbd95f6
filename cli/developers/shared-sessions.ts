import { longestRoleSession } from "../../infra/ended-sessions.ts";
import { wordsOf } from "../aws/error-words.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { EmergencyTarget } from "./emergency-target.ts";

/** The outcome of ending a developer's sessions of the shared role, in all accounts together. */
export type SharedSessions =
  | {
      /** The time before which all sessions have ended, ISO 8601. */
      before: string;
      /** When AWS had accepted the policy that ends the sessions, ISO 8601. */
      inForce: string;
    }
  | {
      /** Why the sessions were not ended, in AWS's words. */
      reason: string;
      /** When the last session expires by itself, ISO 8601. */
      until: string;
    };

/**
 * Milliseconds for which STS may accept what IAM has revoked (IAM User Guide, "Changes that I make are not always immediately
 * visible").
 */
const margin = 5000;

/**
 * Ends the targets' sessions of the shared role in all accounts by one policy, however many accounts and developers there are. The
 * result is undefined, and AWS is not called, where no target uses a shared role.
 */
export async function endSharedSessionsOf(
  settings: Pick<EmergencySettings, "organizationalUnits">,
  targets: Pick<EmergencyTarget, "userName" | "sharedRole">[],
): Promise<SharedSessions | undefined> {
  const byRole = Map.groupBy(targets, ({ sharedRole }) => sharedRole);
  if ([...byRole.keys()].every((roleName) => roleName === undefined)) return undefined;
  const ends: Date[] = [];
  // The client of Organizations is loaded only where it is needed: who is to be locked waits for nothing else.
  const { endSharedSessions } = await import("../../infra/end-shared-sessions.ts");
  try {
    const units = await unitsWithRole(settings);
    for (const [roleName, users] of byRole) {
      if (roleName === undefined) continue;
      const userNames = users.map(({ userName }) => userName);
      ends.push(await endSharedSessions({ roleName, userNames }, units, margin));
    }
  } catch (error) {
    return { reason: wordsOf(error), until: new Date(Date.now() + longestRoleSession * 1000).toISOString() };
  }
  const [before] = ends;
  return before && { before: before.toISOString(), inForce: new Date().toISOString() };
}

/** The units of the settings, and those that have the stack's policy: an edit of the settings may not be applied yet. */
async function unitsWithRole({
  organizationalUnits,
}: Pick<EmergencySettings, "organizationalUnits">): Promise<string[]> {
  const { shieldTargets } = await import("../aws/shield.ts");
  const applied = await shieldTargets().catch((error: unknown) => {
    if (organizationalUnits.length === 0) throw error;
    return [];
  });
  return [...new Set([...organizationalUnits, ...applied])];
}

/** "Sessions of the shared role ended in all accounts, in force since 12:00:03 UTC." */
export function sharedSessionsLine(who: string, sessions: SharedSessions): string {
  if ("reason" in sessions) {
    return `${who}: NOT ended: sessions of the shared role, until ${sessions.until} at the latest. ${sessions.reason}`;
  }
  return `${who}: sessions of the shared role ended in all accounts; the policy that ends them was in force at ${sessions.inForce}.`;
}
