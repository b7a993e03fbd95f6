import { GetLoginProfileCommand, type IAMClient, paginateListVirtualMFADevices } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { ifThere } from "../../infra/gone.ts";
import { enabledMfaDevicesOf, type MfaDevice } from "../../infra/mfa-devices.ts";
import { type CredentialRow, credentialReport, isRootUser } from "../aws/credential-report.ts";
import { identitiesIn } from "../aws/identities.ts";
import type { Attempt } from "../aws/missed.ts";
import type { AccountRead } from "./findings.ts";

/** How many users are asked about at a time. */
const concurrency = 8;

/**
 * Reads an account: its credential report, and its users by pages of up to 1,000. In the auth account it also reads the virtual MFA
 * devices, by pages of up to 1,000, and makes one more call for each user of whom these don't tell enough.
 *
 * @param advance called once for each user whose password was checked
 */
export async function readAccount(
  iam: IAMClient,
  account: string,
  attempt: Attempt,
  advance: () => void,
): Promise<(AccountRead & { generatedAt: string }) | undefined> {
  const [report, users] = await Promise.all([
    attempt(`the credential report of ${account}`, () => credentialReport(iam)),
    attempt(`the users of ${account}`, () => identitiesIn(iam, { types: ["User"] })),
  ]);
  if (report === undefined || users === undefined) return undefined;
  const { rows, generatedAt } = report;
  const [devices, passwordUnchanged] =
    account !== "auth"
      ? []
      : await Promise.all([
          attempt("the MFA devices of auth", () => devicesOf(iam, rows)),
          attempt("the passwords of auth", () => usersWithOneTimePassword(iam, rows, advance)),
        ]);
  return {
    ...{ account, rows, users, generatedAt },
    devices: devices ?? new Map<string, MfaDevice["kind"][]>(),
    passwordUnchanged: passwordUnchanged ?? new Set<string>(),
  };
}

/**
 * The kinds of the users' MFA devices. A user with a virtual device gets that kind alone: `ListVirtualMFADevices` lists no other.
 */
async function devicesOf(iam: IAMClient, rows: CredentialRow[]): Promise<AccountRead["devices"]> {
  const enrolled = rows.filter((row) => row.hasMfa && !isRootUser(row)).map(({ user }) => user);
  if (enrolled.length === 0) return new Map();
  const withVirtual = new Set<string>();
  const request = { AssignmentStatus: "Assigned" } as const;
  for await (const page of paginateListVirtualMFADevices({ client: iam, pageSize: 1000 }, request)) {
    for (const { User } of page.VirtualMFADevices ?? []) withVirtual.add(User?.UserName ?? "");
  }
  const others = enrolled.filter((name) => !withVirtual.has(name));
  const asked = await pMap(others, (name) => ifThere(enabledMfaDevicesOf(iam, name), []), { concurrency });
  return new Map([
    ...[...withVirtual].map((name): [string, MfaDevice["kind"][]] => [name, ["virtual"]]),
    ...others.map((name, index): [string, MfaDevice["kind"][]] => [name, (asked[index] ?? []).map(({ kind }) => kind)]),
  ]);
}

/**
 * Users who have not changed their one-time password. A user who has signed in since the password was set had to change it; for the
 * others, `GetLoginProfile` tells whether they still have to.
 */
async function usersWithOneTimePassword(
  iam: IAMClient,
  rows: CredentialRow[],
  advance: () => void,
): Promise<Set<string>> {
  const asked = rows.filter((row) => !isRootUser(row) && row.hasPassword && !hasSignedInSince(row));
  const found = await pMap(
    asked,
    async ({ user }) => {
      // A user of the report may be gone by now.
      const profile = await ifThere(iam.send(new GetLoginProfileCommand({ UserName: user })), undefined);
      advance();
      return profile?.LoginProfile?.PasswordResetRequired === true ? [user] : [];
    },
    { concurrency },
  );
  return new Set(found.flat());
}

function hasSignedInSince({ passwordLastUsedAt: used, passwordLastChangedAt: changed }: CredentialRow): boolean {
  return used !== undefined && changed !== undefined && Date.parse(used) > Date.parse(changed);
}
