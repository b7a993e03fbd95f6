import { accountsOfUnits, namedAccounts } from "../../infra/accounts-of-units.ts";
import type { Settings } from "../../infra/settings.ts";
import { requirePreconditions } from "../aws/preconditions.ts";
import { rolesInAccounts } from "../aws/stack-sets.ts";
import { Failure } from "../failure.ts";
import type { AccountRow } from "../results/list.ts";
import { oneLine } from "../terminal/one-line.ts";
import type { Printer } from "../terminal/printer.ts";
import { plainTable } from "../terminal/table.ts";

/** Lists the accounts of the organizational units: each account's name for the settings, and the shared role in it. */
export async function listAccounts(settings: Settings, printer: Printer): Promise<AccountRow[]> {
  if (settings.roles !== "shared") {
    throw new Failure(
      "Roles are each developer's own here, in the accounts of developmentAccounts.",
      "mfa-admin list shows who has one where; --accounts is for roles: shared.",
      { setting: ["roles"] },
    );
  }
  await requirePreconditions(settings, { authAlone: true });
  const [accounts, roles = []] = await Promise.all([accountsOfUnits(settings.organizationalUnits), rolesInAccounts()]);
  const byId = new Map(roles.map((role) => [role.accountId, role]));
  const rows = namedAccounts(accounts, settings).map(({ id, name, awsName, state: accountState }): AccountRow => {
    const role = byId.get(id);
    const state = accountState === "ACTIVE" ? (role?.state ?? "missing") : "suspended";
    return {
      account: name,
      accountId: id,
      awsName,
      role: state,
      drifted: role?.drifted === true,
      ...(role?.reason !== undefined && { reason: role.reason }),
    };
  });
  const shown = rows.map(({ account, accountId, awsName, role, drifted, reason = "" }) => [
    account,
    accountId,
    oneLine(awsName),
    `${role}${drifted ? ", drifted" : ""}`,
    oneLine(reason),
  ]);
  printer.log(
    rows.length === 0
      ? "The organizational units have no account."
      : plainTable(["Account", "Id", "In AWS", "Role", "Reason"], shown),
  );
  const odd = rows.filter(({ account, accountId }) => account === accountId);
  if (odd.length > 0) {
    printer.logToStderr(
      `${odd.map(({ awsName, accountId }) => `${oneLine(awsName)} (${accountId})`).join(", ")}: AWS's name makes none here, or one that another account has, too. Name them in developmentAccounts, or go by the id.`,
    );
  }
  return rows;
}
