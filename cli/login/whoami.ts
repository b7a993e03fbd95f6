import { placeOf } from "./access-key.ts";
import { checkedLogins } from "./live-logins.ts";
import type { CheckedLogin, WhoamiResult } from "../results/login.ts";
import { requireAssignment, warnOfClock, whomToAsk } from "./myself.ts";
import { ownKey } from "./own-key.ts";
import { localTime } from "./summary.ts";

export async function whoami(options: {
  sourceProfile: string | undefined;
  kit: string | undefined;
}): Promise<WhoamiResult> {
  const { key, myself } = await ownKey(options);
  const logins = await checkedLogins(myself.clockOffset);
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

export function whoamiText({ userName, authAccount, accessKey, mfaDevices, assignment, logins }: WhoamiResult): string {
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

function loginText({ profile, account, expires, live, refused }: CheckedLogin): string {
  const isOver = !(Date.parse(expires) > Date.now());
  const time = Number.isNaN(Date.parse(expires)) ? "no time that can be read" : localTime(expires);
  if (live === undefined)
    return `${account} perhaps, until ${time} by the file (profile ${profile}; AWS could not be asked)`;
  if (live)
    return `${account} ${isOver ? `still, although the file has ${time}` : `until ${time}`} (profile ${profile})`;
  const over = isOver ? `expired ${time}` : "no more; run mfa-admin login";
  return `${account} ${over} (profile ${profile}; AWS: ${refused ?? ""})`;
}
