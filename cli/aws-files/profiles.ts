import { type Assignment, assignedRoleArn, mfaDeviceArn } from "../../infra/assignment.ts";
import { region } from "../../infra/region.ts";
import { Failure } from "../failure.ts";

/** A profile of the AWS configuration file: its name and its lines, in order. */
export interface Profile {
  name: string;
  keys: Record<string, string>;
}

/** @throws Failure for a name that would not be one profile, and the same, to the AWS CLI and to every SDK */
export function requireProfileName(name: string): void {
  if (/^[^\s[\]"'\\#;]+( [^\s[\]"'\\#;]+)*$/.test(name) && name !== "DEFAULT") return;
  throw new Failure(
    `"${name}" cannot be the name of a profile.`,
    "Give one without brackets, quotes, backslashes, #, ; and line breaks, which does not begin or end with a space.",
  );
}

/** The profile that holds a developer's own access key. */
export const accessKeyProfile = "auth";

/** The profile that `login` writes. */
export const dailyProfile = "dev";

/** What an account's profile is called: like the account, unless that name has another use. */
export function accountProfileName(account: string, { accounts }: Pick<Assignment, "accounts">): string {
  const used = [
    ...["default", accessKeyProfile, dailyProfile],
    ...Object.keys(accounts).map((other) => `${dailyProfile}-${other}`),
  ];
  return used.includes(account) ? otherProfileName(account) : account;
}

/** What it is called where the name of the account has another use. */
export function otherProfileName(account: string): string {
  return `${account}-account`;
}

/**
 * A profile per assigned account by which the AWS CLI, the SDKs and whatever is built on them ask `credential-process`, and so
 * share what `login` has opened.
 *
 * @param command how this program is called, as it stands in a shell
 * @param flags of `credential-process`, besides the account
 */
export function sharedProfiles(assignment: Assignment, command: string, flags = ""): Profile[] {
  return Object.keys(assignment.accounts).map((account) => ({
    name: accountProfileName(account, assignment),
    keys: {
      credential_process: `${command} credential-process --account ${account}${flags}`,
      region: assignment.region ?? region,
    },
  }));
}

/**
 * A profile per assigned account by which the AWS CLI alone assumes the developer's role, after asking for a code. The session
 * name is given: the role's trust policy refuses the one that the AWS CLI would make up.
 */
export function roleProfiles(assignment: Assignment): Profile[] {
  return Object.entries(assignment.accounts).map(([account, id]) => ({
    name: accountProfileName(account, assignment),
    keys: {
      role_arn: assignedRoleArn(assignment, id),
      role_session_name: assignment.userName,
      source_profile: accessKeyProfile,
      mfa_serial: mfaDeviceArn(assignment),
      duration_seconds: String(assignment.sessionDuration),
      region: assignment.region ?? region,
    },
  }));
}

/** Profiles as they stand in `~/.aws/config`. */
export function configText(profiles: Profile[]): string {
  return profiles
    .map(({ name, keys }) => [`[profile ${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`)])
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}
