import { accessKeysOf } from "../../infra/access-keys.ts";
import type { Assignment } from "../../infra/assignment.ts";
import { tell } from "../terminal/tell.ts";
import { iamFor } from "./developer-clients.ts";
import type { Myself } from "./myself.ts";
import type { AccessKey } from "./own-access-key.ts";

const day = 86_400_000;

/**
 * The age of the developer's key, where it exceeds the organization's limit. AWS is asked only where there is a limit, and where a key may
 * ask without MFA: with `accessKeys: with-mfa`, `list` tells the administrator instead.
 *
 * @returns whole days; undefined for a key that is young enough, or whose age AWS does not tell
 */
export async function daysTooOld(
  key: AccessKey,
  { userName, clockOffset }: Pick<Myself, "userName" | "clockOffset">,
  assignment: Pick<Assignment, "maxKeyAge" | "accessKeys"> | undefined,
): Promise<number | undefined> {
  const { maxKeyAge, accessKeys } = assignment ?? {};
  if (maxKeyAge === undefined || accessKeys === "with-mfa") return undefined;
  const keys = await accessKeysOf(await iamFor(key, clockOffset), userName).catch(() => []);
  const made = keys.find(({ AccessKeyId }) => AccessKeyId === key.accessKeyId)?.CreateDate;
  const age = made === undefined ? 0 : Math.floor((Date.now() + clockOffset - made.getTime()) / day);
  return age > maxKeyAge ? age : undefined;
}

/** Prints a note where the key is older than the organization's limit. */
export async function tellOldKey(key: AccessKey, myself: Myself, assignment: Assignment): Promise<void> {
  const age = await daysTooOld(key, myself, assignment);
  if (age === undefined) return;
  tell(
    `Note: your access key ${key.accessKeyId} is ${age} days old, and your organization wants a new one after ${assignment.maxKeyAge ?? 0}: run mfa-admin rotate-key.`,
  );
}
