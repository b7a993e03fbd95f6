import { endSharedSessions } from "../../infra/end-shared-sessions.ts";
import { wordsOf } from "../aws/error-words.ts";
import { shieldTargets } from "../aws/shield.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { EmergencyTarget } from "./emergency-target.ts";

/** What became of somebody's sessions of the shared role, in all accounts together. */
export type SharedSessions =
  | {
      /** Sessions that were made before it have ended, ISO 8601. */
      before: string;
      /** When AWS had taken the policy that ends them, ISO 8601. */
      inForce: string;
    }
  | {
      /** Why they were not ended, in AWS's words. */
      reason: string;
      /** When the last of them ends by itself, ISO 8601. */
      until: string;
    };

/** Milliseconds for which STS may take what IAM has ended (IAM User Guide, "Changes that I make are not always immediately visible"). */
const margin = 5000;

/** Seconds that a session of a role lasts at the longest (IAM User Guide, "Use IAM roles"). */
const longestSession = 43_200;

/**
 * Ends the sessions of the shared role of those who enter by it, in all accounts by one call, however many accounts and people there
 * are. Nothing is asked where nobody does.
 */
export async function endSharedSessionsOf(
  settings: Pick<EmergencySettings, "organizationalUnits">,
  targets: Pick<EmergencyTarget, "userName" | "sharedRole">[],
): Promise<SharedSessions | undefined> {
  const [roleName] = targets.flatMap(({ sharedRole }) => sharedRole ?? []);
  if (roleName === undefined) return undefined;
  const userNames = targets.filter(({ sharedRole }) => sharedRole !== undefined).map(({ userName }) => userName);
  try {
    const { organizationalUnits } = settings;
    const units = organizationalUnits.length > 0 ? organizationalUnits : await shieldTargets();
    const before = await endSharedSessions({ roleName, userNames }, units, margin);
    return { before: before.toISOString(), inForce: new Date().toISOString() };
  } catch (error) {
    return { reason: wordsOf(error), until: new Date(Date.now() + longestSession * 1000).toISOString() };
  }
}

/** "Sessions of the shared role ended in all accounts, in force since 12:00:03 UTC." */
export function sharedSessionsLine(who: string, sessions: SharedSessions): string {
  if ("reason" in sessions) {
    return `${who}: NOT ended: sessions of the shared role, until ${sessions.until} at the latest. ${sessions.reason}`;
  }
  return `${who}: sessions of the shared role ended in all accounts; the policy that ends them was in force at ${sessions.inForce}.`;
}
