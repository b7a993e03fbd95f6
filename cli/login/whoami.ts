import type { Assignment } from "../../infra/assignment.ts";
import { placeOf, requireAccessKey } from "./access-key.ts";
import { askMyself, requireAssignment, warnOfClock, whomToAsk } from "./myself.ts";
import { type LoginProfile, loginProfiles } from "./profile.ts";
import { localTime } from "./summary.ts";

/** Who the access key's owner is. No secrets. */
export interface Whoami {
  userName: string;
  authAccount: string;
  accessKey: { id: string; from: string };
  /** Serial numbers. */
  mfaDevices: string[];
  /** Left out for a user to whom nothing is assigned (yet). */
  assignment?: Assignment;
  /** Profiles that `login` has written, expired ones too. */
  logins: LoginProfile[];
}

export async function whoami(options: { sourceProfile: string | undefined; kit: string | undefined }): Promise<Whoami> {
  const key = await requireAccessKey(options.sourceProfile);
  const [myself, logins] = await Promise.all([askMyself(key), loginProfiles()]);
  warnOfClock(myself);
  const assignment = options.kit === undefined ? myself.assignment : await requireAssignment(myself, options.kit);
  return {
    userName: myself.userName,
    authAccount: myself.authAccount,
    accessKey: { id: key.accessKeyId, from: placeOf(key) },
    mfaDevices: myself.mfaDevices.map(({ SerialNumber = "" }) => SerialNumber),
    ...(assignment && { assignment }),
    logins,
  };
}

export function whoamiText({ userName, authAccount, accessKey, mfaDevices, assignment, logins }: Whoami): string {
  const accounts = Object.entries(assignment?.accounts ?? {}).map(([name, id]) => `${name} (${id})`);
  const rows: [string, string][] = [
    ["User", `${userName} in the auth account ${authAccount}`],
    ["Access key", `${accessKey.id}, of ${accessKey.from}`],
    ["MFA device", mfaDevices.join(", ") || "none yet; run mfa-admin enroll"],
    ["Role", assignment?.roleName ?? `none assigned; ask ${whomToAsk(assignment)}`],
    ["Accounts", accounts.join(", ") || "none"],
    ["Logged in", logins.map(loginText).join(", ") || "no; run mfa-admin login"],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n");
}

function loginText({ profile, account, expires }: LoginProfile): string {
  const verb = Date.parse(expires) > Date.now() ? "until" : "expired";
  return `${account} ${verb} ${localTime(expires)} (profile ${profile})`;
}
