import { type Assignment, assignedRoleArn, mfaDeviceArn } from "../../infra/assignment.ts";
import { region } from "../../infra/region.ts";
import { Failure } from "../failure.ts";

/** A profile of the AWS configuration file: its name, and its keys with their values, in order. */
export interface Profile {
  name: string;
  keys: Record<string, string>;
}

/** @throws Failure for a name that the AWS CLI and the SDKs would not all read as one and the same profile */
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

/** The name of an account's profile: the account's own, unless that name has another use. */
export function accountProfileName(account: string, { accounts }: Pick<Assignment, "accounts">): string {
  const used = [
    ...["default", accessKeyProfile, dailyProfile],
    ...Object.keys(accounts).map((other) => `${dailyProfile}-${other}`),
  ];
  return used.includes(account) ? otherProfileName(account) : account;
}

/** The name of an account's profile where the account's own name has another use. */
export function otherProfileName(account: string): string {
  return `${account}-account`;
}

/**
 * A profile per assigned account whose `credential_process` is this program: the AWS CLI, the SDKs and the tools built on them so
 * share the session that `login` has opened.
 *
 * @param command the shell command that runs this program
 * @param flags of `credential-process`, besides `--account`
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
 * A profile per assigned account with which the AWS CLI assumes the developer's role by itself, after asking for a code. The
 * profile sets the session name: the role's trust policy refuses the one that the AWS CLI would make up.
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

/** The profiles as text for `~/.aws/config`. */
export function configText(profiles: Profile[]): string {
  return profiles
    .map(({ name, keys }) => [`[profile ${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`)])
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}
