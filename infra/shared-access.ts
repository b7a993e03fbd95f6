import { sharedRoleNameIn } from "./assignment.ts";
import { accountTag, everyAccountTag } from "./shared-role.ts";

/** The accounts that a user enters by the shared role, from the user's tags: pure functions. */

/** The access by the shared role that a user's tags give. */
export interface SharedAccess {
  /** The role's name; undefined where the tags name none. */
  roleName?: string | undefined;
  /** Ids of accounts, or "every"; undefined where the tags let the user in nowhere. */
  accounts?: string[] | "every" | undefined;
}

/** The shared access of a user, from the inputs of the user's resource in the stack. */
export function sharedAccess(inputs: Record<string, unknown> | undefined): SharedAccess {
  const tags = Object.fromEntries(
    ((inputs?.["tags"] ?? []) as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
  );
  return sharedAccessIn(tags);
}

/** The shared access of a user, from the user's tags. */
export function sharedAccessIn(tags: Record<string, string>): SharedAccess {
  const ids = Object.keys(tags)
    .filter((key) => key.startsWith(accountTag("")))
    .map((key) => key.slice(accountTag("").length));
  const isEvery = tags[everyAccountTag.key] === everyAccountTag.value;
  if (!isEvery && ids.length === 0) return {};
  return { roleName: sharedRoleNameIn(tags), accounts: isEvery ? "every" : ids };
}

/** The accounts that a user no longer enters, or "every" where they are not known by id; undefined where none is lost. */
export function accountsLost(
  was: SharedAccess["accounts"],
  is: SharedAccess["accounts"],
): string[] | "every" | undefined {
  if (was === undefined || is === "every") return undefined;
  if (was === "every") return "every";
  const lost = was.filter((id) => is?.includes(id) !== true);
  return lost.length === 0 ? undefined : lost;
}
