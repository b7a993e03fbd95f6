import { GetRoleCommand } from "@aws-sdk/client-iam";
import pMap from "p-map";

import type { OtherForm } from "../../infra/context.ts";
import { pruneEndedSessions } from "../../infra/end-shared-sessions.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { wordsOf } from "../aws/error-words.ts";
import { rolesInAccounts, tryAgain, type RoleInAccount } from "../aws/stack-sets.ts";
import type { Stack } from "../engine/automation.ts";
import { notChangedOver } from "./changed-over.ts";
import { otherFormKeptBy } from "../engine/other-form.ts";
import { counted } from "../report/summary.ts";
import { tell } from "../terminal/tell.ts";

/**
 * Prints, when the engine is done, in which accounts the shared role is and which developers have still to change over to it.
 * Accounts where the StackSet failed are retried, and exit code 1 is set.
 */
export async function tellRollout(stack: Stack, settings: Settings): Promise<void> {
  try {
    await pruneEndedSessions();
    const roles = (await rolesInAccounts()) ?? [];
    for (const line of rolloutLines(roles, settings)) tell(line);
    const failed = roles.filter(({ state }) => state === "failed");
    if (failed.length > 0) {
      process.exitCode = 1;
      await tryAgain(
        failed.map(({ accountId }) => accountId),
        settings.organizationalUnits,
      );
    }
    const form = otherFormKeptBy(stack);
    if (form !== undefined) for (const line of await switchLines(form, settings)) tell(line);
  } catch (error) {
    // The run itself has succeeded, so an error here is only printed.
    tell(`How far the shared role has come could not be looked at in AWS: ${wordsOf(error)}`);
  }
}

/** "The shared role is in 198 of 200 accounts." and the state of the others. */
export function rolloutLines(
  roles: RoleInAccount[],
  { developmentAccounts, organizationalUnits }: Pick<Settings, "developmentAccounts" | "organizationalUnits">,
): string[] {
  const names = new Map(Object.entries(developmentAccounts).map(([name, id]) => [id, name]));
  const named = ({ accountId }: RoleInAccount): string =>
    names.has(accountId) ? `${names.get(accountId) ?? ""} (${accountId})` : accountId;
  const of = (state: RoleInAccount["state"]): RoleInAccount[] => roles.filter((role) => role.state === state);
  const [current, pending, failed, suspended] = [of("current"), of("pending"), of("failed"), of("suspended")];
  const drifted = roles.filter((role) => role.drifted);
  const total = roles.length - suspended.length;
  if (roles.length === 0) return [`The shared role is in no account: ${organizationalUnits.join(", ")} have none.`];
  return [
    `The shared role is in ${current.length} of ${counted(total, "account")}${pending.length > 0 ? `, and on its way in ${pending.length}` : ""}.`,
    ...failed.map(
      (role) =>
        `! It could not be made as the settings say in ${named(role)}: ${role.reason ?? "AWS tells no reason."}`,
    ),
    ...(failed.length > 0
      ? [
          "CloudFormation tries once more there now; correct what it says, then run mfa-admin up again. mfa-admin list --accounts shows the state.",
        ]
      : []),
    ...drifted.map((role) => `! It was changed outside the stack set in ${named(role)}, as AWS has found.`),
    ...(suspended.length > 0 ? [`Left out, since they are suspended: ${suspended.map(named).join(", ")}.`] : []),
  ];
}

/** Days after which a developer who has not used an old role counts as changed over. */
const recently = 14;

/** The line about developers who have not logged in by the shared role yet: ten names at most. */
export function waitingLines(names: string[]): string[] {
  if (names.length === 0) return ["Everybody has logged in by the shared role by now."];
  const [shown, more] = [names.slice(0, 10), names.length - 10];
  const others = more > 0 ? ` and ${more} more` : "";
  return [
    `Not logged in by the shared role yet, by CloudTrail's last ${recently} days, some minutes behind: ${shown.join(", ")}${others}.`,
  ];
}

/** Lines about the developers who have used a role of the old form lately, by IAM's `RoleLastUsed`. */
async function switchLines({ roles, accounts, stackSet }: OtherForm, settings: Settings): Promise<string[]> {
  const finish = "mfa-admin up --finish-switch deletes them";
  if (stackSet !== undefined) {
    return [`The shared role is there still, beside the developers' own: mfa-admin up --finish-switch deletes it.`];
  }
  const iam = clientsIn(settings);
  const since = Date.now() - recently * 86_400_000;
  const waiting = notChangedOver(settings, new Date(since));
  const used = await pMap(
    roles,
    async ({ developer, account, inputs }) => {
      const RoleName = String(inputs["roleName"]);
      const { Role } = await iam(accounts[account] ?? "").send(new GetRoleCommand({ RoleName }));
      return { developer, account, last: Role?.RoleLastUsed?.LastUsedDate };
    },
    { concurrency: 8 },
  );
  const late = used.filter(({ last }) => last !== undefined && last.getTime() >= since);
  const lines = late.map(
    ({ developer, account, last }) =>
      `${developer} used the old role in ${account} on ${last?.toISOString().slice(0, 10) ?? ""}`,
  );
  return [
    ...waitingLines(await waiting),
    `${counted(roles.length, "role")} of the developers' own ${roles.length === 1 ? "is" : "are"} there still, so that profiles which name them go on working.`,
    late.length === 0
      ? `Nobody has used them within ${recently} days: ${finish}.`
      : `Not changed over yet, by the last ${recently} days: ${lines.join("; ")}. When nobody is left, ${finish}.`,
  ];
}
