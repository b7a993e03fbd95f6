import type { LoginResult } from "../results/login.ts";
import type { ProfilesLogin } from "./profiles-login.ts";

/** A time in the local time zone: "2026-11-24 14:05". */
export function localTime(time: Date | string): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The result of a login as text, and a command to try. */
export function loginSummary({ byProfile, before }: Pick<ProfilesLogin, "byProfile" | "before">): string {
  const entries = Object.entries(byProfile);
  const lines = entries.map(([profile, { account, roleArn, expires }]) => {
    const [, , , , id, role] = roleArn.split(":");
    return `Logged in to ${account} (${id ?? ""}) as ${role?.replace("role/", "") ?? ""} until ${localTime(expires)}: profile ${profile}.`;
  });
  lines.push(
    ...Object.entries(before).map(
      ([profile, account]) => `The profile ${profile} was the account ${account} until now.`,
    ),
  );
  if (entries.some(([, { chained }]) => chained)) {
    lines.push("By way of a session of your own, so that MFA stays in its context; AWS ends these after an hour.");
  }
  return [...lines, `Try: aws ec2 describe-instances --profile ${entries[0]?.[0] ?? "dev"}`].join("\n");
}

/** The result of a login as JSON, without secrets. */
export function loginJson({ byProfile }: Pick<ProfilesLogin, "byProfile">): LoginResult {
  return Object.entries(byProfile).map(([profile, { account, roleArn, expires, chained }]) => ({
    profile,
    account,
    roleArn,
    expires,
    chained,
  }));
}
