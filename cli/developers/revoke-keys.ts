import { removeAccessKey } from "../../infra/access-keys.ts";
import { accessKeyStatuses } from "../aws/access-key-status.ts";
import { aboutUser } from "../aws/missing-user.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import type { AccessKeyStatus, RevokeKeysResult } from "../results/credentials.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { accessKeyTable } from "./credential-tables.ts";
import { listEach, requireAllTaken, takeEach, tellNotTaken } from "./emergency-refusal.ts";
import { requireByThisName, userInEmergency } from "./emergency-target.ts";
import { noteLocked } from "./locked-note.ts";
import { sessionsAfter } from "./end-sessions.ts";

export interface RevokeKeysOptions {
  /** A name on the roster, or of a user of the stack. */
  name: string;
  /** The id of the only key to delete. Default: all keys. */
  key: string | undefined;
  endSessions: boolean;
  yes: boolean;
}

/**
 * Deletes a developer's access keys.
 *
 * @throws Failure when a key was not deleted, after all else is done
 */
export async function revokeKeys(
  project: Project,
  { name, key, endSessions, yes }: RevokeKeysOptions,
  printer: Printer,
): Promise<RevokeKeysResult> {
  const { iam, userName, settings, target } = await userInEmergency(project, name);
  requireConfirmable(yes);
  requireByThisName(target);
  const list = aboutUser(userName, "revoke-keys", accessKeyStatuses(iam, userName));
  const { things: keys, unlisted } = await listEach("the access keys", list);
  // Where AWS refuses to list the keys, one whose id is known is deleted all the same.
  const isUnlisted = unlisted.length > 0;
  const chosen: Revoked[] = key === undefined ? keys : [isUnlisted ? { id: key } : keyWithId(userName, keys, key)];
  if (chosen.length > 0) {
    if (!isUnlisted) printer.logToStderr(accessKeyTable(keys));
    await confirmChange(`Delete ${chosen.map(({ id }) => id).join(" and ")} of ${userName}?`, yes);
  }
  const { taken, failed } = await takeEach(
    chosen,
    ({ id }) => `the access key ${id}`,
    async ({ id }) => {
      const wasThere = await removeAccessKey(iam, userName, id);
      if (isUnlisted && !wasThere) throw noSuchKey(userName, id);
    },
  );
  const left = key === undefined ? [...unlisted, ...failed] : failed;
  tellNotTaken(userName, left);
  if (left.length === 0 || taken.length > 0) printer.log(revokedText(userName, taken));
  await noteLocked(iam, userName);
  const sessions = await sessionsAfter({ project, settings, target, end: endSessions });
  requireAllTaken("revoke-keys", userName, left);
  return { userName, revoked: taken, ...sessions };
}

/** An access key that was deleted, with what AWS has told of it. */
type Revoked = RevokeKeysResult["revoked"][number];

/** An error in the form of AWS's, for a key that it does not have. */
function noSuchKey(userName: string, id: string): Error {
  return Object.assign(new Error(`${userName} has no access key ${id}.`), { name: "NoSuchEntity" });
}

function revokedText(userName: string, revoked: Revoked[]): string {
  if (revoked.length === 0) return `${userName} has no access key; there is nothing to revoke.`;
  return [
    `Deleted of ${userName}: ${revoked.map(({ id }) => id).join(", ")}.`,
    `For a new key ${userName} makes one in the console, under Security credentials, then runs mfa-admin enroll.`,
  ].join("\n");
}

/** The key of this id. @throws Failure that names the existing keys where there is none */
function keyWithId(userName: string, keys: AccessKeyStatus[], id: string): AccessKeyStatus {
  const key = keys.find((candidate) => candidate.id === id);
  if (key !== undefined) return key;
  const ids = keys.map((candidate) => candidate.id).join(", ");
  throw new Failure(
    `${userName} has no access key ${id}.`,
    ids === "" ? `${userName} has no access key at all.` : `The keys are: ${ids}.`,
  );
}
