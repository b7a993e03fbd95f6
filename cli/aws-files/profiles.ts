import { type Assignment, assignedRoleArn, mfaDeviceArn } from "../../infra/assignment.ts";
import { region } from "../../infra/region.ts";
import { Failure } from "../failure.ts";

/** A profile of the AWS configuration file: its name and its lines, in order. */
export interface Profile {
  name: string;
  keys: Record<string, string>;
}

/** @throws Failure for a name that would not be one profile, and the same, to the AWS CLI and to every SDK */
export function requireProfileName(name: string): string {
  if (/^[^\s[\]"'\\#;]+( [^\s[\]"'\\#;]+)*$/.test(name) && name !== "DEFAULT") return name;
  throw new Failure(
    `"${name}" cannot be the name of a profile.`,
    "Give one without brackets, quotes, backslashes, #, ; and line breaks, which does not begin or end with a space.",
  );
}

/** The profile that holds a developer's own access key. */
export const accessKeyProfile = "auth";

/**
 * A profile per assigned account, named like the account, by which the AWS CLI assumes the developer's role after asking
 * for a code. The session name is given: the role's trust policy refuses the one that the AWS CLI would make up.
 */
export function accountProfiles(assignment: Assignment, sourceProfile = accessKeyProfile): Profile[] {
  return Object.entries(assignment.accounts).map(([account, id]) => ({
    name: account,
    keys: {
      role_arn: assignedRoleArn(assignment, id),
      role_session_name: assignment.userName,
      source_profile: sourceProfile,
      mfa_serial: mfaDeviceArn(assignment),
      duration_seconds: String(assignment.sessionDuration),
      region,
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
