import { sharedRoleNameIn } from "./assignment.ts";
import { accountTag, everyAccountTag } from "./shared-role.ts";

/** Where somebody enters by the shared role, from the tags of the user: pure functions. */

/** What a user's tags give by the shared role. */
export interface SharedAccess {
  /** The role's name; nothing where the tags name none. */
  roleName?: string | undefined;
  /** Ids of accounts, or every one; nothing where the tags let the user in nowhere. */
  accounts?: string[] | "every" | undefined;
}

/** From the inputs of the stack's user, as Pulumi has them. */
export function sharedAccess(inputs: Record<string, unknown> | undefined): SharedAccess {
  const tags = Object.fromEntries(
    ((inputs?.["tags"] ?? []) as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
  );
  return sharedAccessIn(tags);
}

/** From the tags themselves. */
export function sharedAccessIn(tags: Record<string, string>): SharedAccess {
  const ids = Object.keys(tags)
    .filter((key) => key.startsWith(accountTag("")))
    .map((key) => key.slice(accountTag("").length));
  const isEvery = tags[everyAccountTag.key] === everyAccountTag.value;
  if (!isEvery && ids.length === 0) return {};
  return { roleName: sharedRoleNameIn(tags), accounts: isEvery ? "every" : ids };
}

/** The accounts that somebody enters no more, or every one where it is not said which; nothing where none is lost. */
export function accountsLost(
  was: SharedAccess["accounts"],
  is: SharedAccess["accounts"],
): string[] | "every" | undefined {
  if (was === undefined || is === "every") return undefined;
  if (was === "every") return "every";
  const lost = was.filter((id) => is?.includes(id) !== true);
  return lost.length === 0 ? undefined : lost;
}
