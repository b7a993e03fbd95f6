import type { DeveloperRow } from "../results/list.ts";
import { accountsText } from "../accounts-text.ts";
import { plainTable } from "../terminal/table.ts";

/**
 * The table of `list`. The columns from AWS are there only where AWS was asked.
 *
 * @param accounts the number of development accounts
 */
export function developerTable(rows: DeveloperRow[], accounts: number): string {
  const asked = rows.some(({ exists }) => exists !== undefined);
  return plainTable(
    ["Developer", "Accounts", ...(asked ? ["MFA", "Access keys", "Last use"] : [])],
    rows.map((row) => [
      row.locks === undefined ? row.userName : `${row.userName} (locked)`,
      row.everyAccount === true
        ? `every account${row.end === undefined ? "" : ` (until ${row.end})`}`
        : `${accountsText(row.accounts, accounts)}${endsText(row)}`,
      ...(asked ? [mfa(row), keys(row), lastUse(row)] : []),
    ]),
  );
}

/** The ends of access by account; a single time where access to all accounts ends at once. */
function endsText({ accounts, ends = {} }: DeveloperRow): string {
  const each = Object.entries(ends);
  const times = new Set(each.map(([, end]) => end));
  if (each.length === 0) return "";
  if (each.length === accounts.length && times.size === 1) return ` (until ${each[0]?.[1] ?? ""})`;
  return ` (${each.map(([account, end]) => `${account} until ${end}`).join(", ")})`;
}

function mfa({ exists, hasPassword, mfaDevices = [] }: DeveloperRow): string {
  if (exists === false) return "no user yet";
  if (mfaDevices.length > 0) return mfaDevices.map(deviceText).join(", ");
  return hasPassword === false ? "no password yet" : "not enrolled";
}

/** The device's name. A security key is marked: it shows no codes, so that logging in by the command line needs another device. */
function deviceText(serialNumber: string): string {
  const name = serialNumber.replace(/^.*[:/]/, "");
  return serialNumber.includes(":u2f/") ? `${name} (security key)` : name;
}

function keys({ accessKeys = [] }: DeveloperRow): string {
  if (accessKeys.length === 0) return "none";
  return accessKeys.map(({ active, createdAt }) => `${age(createdAt)} old${active ? "" : " (inactive)"}`).join(", ");
}

function lastUse({ accessKeys = [], passwordLastUsedAt }: DeveloperRow): string {
  const times = [passwordLastUsedAt, ...accessKeys.map(({ lastUsedAt }) => lastUsedAt)].filter(
    (time) => time !== undefined,
  );
  const latest = times.sort().at(-1);
  if (latest === undefined && accessKeys.some(({ lastUseUnknown }) => lastUseUnknown)) return "not told";
  return latest === undefined ? "never" : `${age(latest)} ago`;
}

function age(time: string): string {
  const days = Math.floor((Date.now() - Date.parse(time)) / 86_400_000);
  if (days >= 1) return `${days} day${days === 1 ? "" : "s"}`;
  const hours = Math.floor((Date.now() - Date.parse(time)) / 3_600_000);
  return hours >= 1 ? `${hours} hour${hours === 1 ? "" : "s"}` : "less than an hour";
}
