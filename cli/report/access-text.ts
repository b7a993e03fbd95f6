import { accountsText, isFew, namesText } from "../accounts-text.ts";
import { oneLine } from "../terminal/one-line.ts";
import { anonymous } from "./anonymous.ts";
import type { Access, DeveloperChange, PreviewReport } from "../results/report.ts";
import { everyAccountId, sharedEntries } from "./shared-entry.ts";
import { counted } from "./summary.ts";
import { listed, type Mark, policyName } from "./phrases.ts";

/** The access that developers will have, in a sentence for each, or for all with the same access; nothing where access stays the same. */
export function accessTexts(
  { developers, accounts }: Pick<PreviewReport, "developers" | "accounts">,
  mark: Mark,
): string[] {
  const alike = Map.groupBy(developers, ({ name, change, changes, access }) =>
    JSON.stringify(anonymous({ change, moves: movesOf({ changes, access }), access }, name)),
  );
  return [...alike.values()]
    .map((group) => accessText(group, { mark, accounts, isEverybody: group.length === developers.length }))
    .filter((text) => text !== undefined);
}

/** Who loses what access, for a question far below the changes: "bob loses all access; carol loses payments." Empty where nobody does. */
export function lossesText({ developers, accounts }: Pick<PreviewReport, "developers" | "accounts">): string {
  const losses = developers.flatMap(({ name, change, changes, access }) => {
    const { lost } = movesOf({ changes, access });
    if (change === "removed") return [{ name, what: "all access" }];
    return change === "added" || lost.length === 0 ? [] : [{ name, what: accountsText(lost, accounts) }];
  });
  const parts = [...Map.groupBy(losses, ({ what }) => what)].map(([what, people]) => {
    const names = people.map(({ name }) => oneLine(name));
    const who =
      names.length === 1 ? `${namesText(names)} loses` : `${names.length} developers (${namesText(names)}) lose`;
    return `${who} ${what}`;
  });
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}

interface Telling {
  mark: Mark;
  accounts: number;
  /** Whether the group is everybody in the report. */
  isEverybody: boolean;
}

function accessText(group: DeveloperChange[], { mark, accounts, isEverybody }: Telling): string | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const { change } = first;
  const names = group.map(({ name }) => name);
  const who = isEverybody && !isFew(names.length) ? `All ${names.length} developers` : listed(names, mark, 50);
  const isOne = group.length === 1;
  if (change === "removed") {
    return isOne
      ? `${who} can do nothing any more: the password, access keys, MFA devices and sessions end.`
      : `${who} can do nothing any more: their passwords, access keys, MFA devices and sessions end.`;
  }
  const access = isOne ? first.access : anonymous(first.access, first.name);
  const roles = rolesText(access, accounts, mark);
  if (change === "added") {
    return isOne
      ? `${who} sets up a password, an MFA device and access keys of their own; with MFA, ${roles}. Without MFA, nothing else.`
      : `${who} set up passwords, MFA devices and access keys of their own; with MFA, each ${roles}. Without MFA, nothing else.`;
  }
  const { gained, lost } = movesOf(first);
  if (gained.length + lost.length === 0) return undefined;
  return `${who}, with MFA, ${isOne ? "" : "each "}${roles}${lost.length === 0 ? "" : `, and can do nothing more in ${listed(lost, (place) => (place === otherAccounts ? place : mark(place)))}`}.`;
}

/** Whom the tag for every account is taken from loses these, whatever they are. */
const otherAccounts = "the other accounts";

/**
 * The accounts that a developer can enter from now on, and those that they can enter no more: by roles of their own that come and go, and by
 * the tags for the shared role. An account that the other form of roles still lets into is not lost.
 */
function movesOf({ changes, access }: Pick<DeveloperChange, "changes" | "access">): {
  gained: string[];
  lost: string[];
} {
  const among = (operation: string): string[] =>
    changes.flatMap((one) => (one.type === "role" && one.operation === operation ? [one.account] : []));
  const tags = changes.flatMap(({ type, properties }) =>
    type === "user" ? properties.filter(({ property }) => property === "tags") : [],
  );
  const gained = sharedEntries(tags.flatMap(({ added }) => added)).map(({ account }) => account);
  const left = sharedEntries(tags.flatMap(({ removed }) => removed)).map(({ account, accountId }) =>
    accountId === everyAccountId ? otherAccounts : account,
  );
  const isEntered = (account: string): boolean =>
    access.some((role) => role.accountId === everyAccountId || role.account === account);
  const lost = [...new Set([...among("delete"), ...left])].filter((account) => !isEntered(account));
  return { gained: [...among("create"), ...among("adopt"), ...gained], lost };
}

/** A developer's roles: "can act as `developer-carol` in payments and sandbox, 12 hours at a time, with AdministratorAccess". */
function rolesText(access: Access[], accounts: number, mark: Mark): string {
  const groups = Map.groupBy(access, (role) =>
    [mark(role.role), `${hours(role.sessionDuration)} at a time`, permissionsText(role, mark)].join("\n"),
  );
  const texts = [...groups].map(([key, roles]) => {
    const [role = "", duration = "", permissions = ""] = key.split("\n");
    return `can act as ${role} in ${placesText(roles, accounts, mark)}, ${duration}, ${permissions}`;
  });
  return texts.length === 0 ? "has no role anywhere" : texts.join("; ");
}

function placesText(roles: Access[], accounts: number, mark: Mark): string {
  if (roles.some(({ accountId }) => accountId === everyAccountId)) {
    return "every account of the units, those that come later included";
  }
  const names = roles.map(({ account }) => account);
  if (names.length === accounts && accountsText(names, accounts) !== names.join(", ")) {
    return accountsText(names, accounts);
  }
  return listed(
    roles.map(({ account, accountId }) => `${mark(account)} (${accountId})`),
    (place) => place,
  );
}

function permissionsText({ permissions, permissionsBoundary }: Access, mark: Mark): string {
  const names = permissions.map(policyName);
  const limit =
    permissionsBoundary === undefined ? "" : `, within the boundary ${mark(policyName(permissionsBoundary))}`;
  return `${names.length === 0 ? "with no permissions" : `with ${listed(names, mark)}`}${limit}`;
}

function hours(seconds: number): string {
  return seconds % 3600 === 0 ? counted(seconds / 3600, "hour") : counted(Math.round(seconds / 60), "minute");
}
