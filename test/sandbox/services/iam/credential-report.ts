import type { Account } from "../../model/account.ts";
import type { AccessKey, User } from "../../model/entities.ts";

const COLUMNS = [
  "user",
  "arn",
  "user_creation_time",
  "password_enabled",
  "password_last_used",
  "password_last_changed",
  "password_next_rotation",
  "mfa_active",
  ...keyColumns(1),
  ...keyColumns(2),
  "cert_1_active",
  "cert_1_last_rotated",
  "cert_2_active",
  "cert_2_last_rotated",
];

/** The creation time of every account: accounts here have none of their own. */
const ACCOUNT_MADE = "2020-01-01T00:00:00+00:00";

/** The credential report of an account, as CSV. */
export function credentialReport(account: Account, rootKeys: AccessKey[]): string {
  return [COLUMNS, rootRow(account, rootKeys), ...[...account.users].map(row)]
    .map((cells) => cells.join(","))
    .join("\n");
}

/** The root user's row, in which AWS shows neither whether there is a password nor when it was changed. */
function rootRow(account: Account, keys: AccessKey[]): string[] {
  return [
    ...["<root_account>", account.arn("root"), ACCOUNT_MADE, "not_supported", "no_information"],
    ...["not_supported", "not_supported", "false"],
    ...keyCells(keys[0]),
    ...keyCells(keys[1]),
    ...["false", "N/A", "false", "N/A"],
  ];
}

/** A time in the report's format: "2026-11-24T09:30:00+00:00". */
const shown = (time: Date): string => `${time.toISOString().slice(0, 19)}+00:00`;

function row(user: User): string[] {
  const { loginProfile } = user;
  return [
    user.name,
    user.arn,
    shown(user.created),
    String(loginProfile !== undefined),
    loginProfile === undefined
      ? "N/A"
      : user.passwordLastUsed === undefined
        ? "no_information"
        : shown(user.passwordLastUsed),
    loginProfile === undefined ? "N/A" : shown(loginProfile.passwordChanged),
    "N/A",
    String(user.mfaDevices.length > 0),
    ...keyCells(user.accessKeys[0]),
    ...keyCells(user.accessKeys[1]),
    ...["false", "N/A", "false", "N/A"],
  ];
}

function keyColumns(index: number): string[] {
  return ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"].map(
    (what) => `access_key_${index}_${what}`,
  );
}

function keyCells(key: AccessKey | undefined): string[] {
  return [
    String(key?.status === "Active"),
    key === undefined ? "N/A" : shown(key.created),
    key?.lastUsed === undefined ? "N/A" : shown(key.lastUsed.date),
    key?.lastUsed?.region ?? "N/A",
    key?.lastUsed?.service ?? "N/A",
  ];
}
