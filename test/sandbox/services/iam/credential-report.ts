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

/** The credential report of an account, as CSV. */
export function credentialReport(account: Account): string {
  return [COLUMNS, ...[...account.users].map(row)].map((cells) => cells.join(",")).join("\n");
}

function row(user: User): string[] {
  const { loginProfile } = user;
  return [
    user.name,
    user.arn,
    user.created.toISOString(),
    String(loginProfile !== undefined),
    loginProfile === undefined ? "N/A" : (user.passwordLastUsed?.toISOString() ?? "no_information"),
    loginProfile?.passwordChanged.toISOString() ?? "N/A",
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
    key?.created.toISOString() ?? "N/A",
    key?.lastUsed?.date.toISOString() ?? "N/A",
    key?.lastUsed?.region ?? "N/A",
    key?.lastUsed?.service ?? "N/A",
  ];
}
