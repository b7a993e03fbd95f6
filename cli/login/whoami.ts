import { keyPlace } from "./own-access-key.ts";
import { loginsInAws } from "./live-logins.ts";
import { daysTooOld } from "./key-age.ts";
import { lasts, LoginMemory } from "./memory.ts";
import type { LoginInAws, WhoamiResult } from "../results/login.ts";
import { assignmentToMe, warnOfClock, whomToAsk } from "./myself.ts";
import { ownKey } from "./own-key.ts";
import { localTime } from "./login-summary.ts";

export async function whoami(options: {
  cacheDirectory: string;
  sourceProfile: string | undefined;
  kit: string | undefined;
}): Promise<WhoamiResult> {
  const { key, myself } = await ownKey(options);
  const memory = await new LoginMemory(options.cacheDirectory, key.accessKeyId).read();
  const assignment = options.kit === undefined ? myself.assignment : await assignmentToMe(myself, options.kit);
  const [logins, tooOld] = await Promise.all([
    loginsInAws(memory, myself.clockOffset),
    daysTooOld(key, myself, assignment),
  ]);
  warnOfClock(myself);
  return {
    userName: myself.userName,
    authAccount: myself.authAccount,
    accessKey: { id: key.accessKeyId, from: keyPlace(key), ...(tooOld !== undefined && { tooOld }) },
    mfaDevices: myself.mfaDevices.map(({ SerialNumber = "" }) => SerialNumber),
    ...(assignment && { assignment }),
    logins,
  };
}

export function whoamiText({ userName, authAccount, accessKey, mfaDevices, assignment, logins }: WhoamiResult): string {
  const accounts = Object.entries(assignment?.accounts ?? {}).map(([name, id]) => `${name} (${id})`);
  if (assignment?.everyAccount === true) {
    accounts.push(accounts.length === 0 ? "every account, by its id" : "and every other, by its id");
  }
  const isStranger = assignment === undefined;
  const rows: [string, string][] = [
    ["User", `${userName} in the auth account ${authAccount}`],
    ["Access key", `${accessKey.id}, of ${accessKey.from}${tooOldText(accessKey)}`],
    ["MFA device", mfaDevices.join(", ") || (isStranger ? "none" : "none yet; run mfa-admin enroll")],
    ["Role", assignment?.roleName ?? `none; if this is your user, ask ${whomToAsk(undefined)}`],
    ["Accounts", accounts.join(", ") || "none"],
    ["Logged in", logins.map(loginText).join(", ") || (isStranger ? "no" : "no; run mfa-admin login")],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n");
}

function tooOldText({ tooOld }: WhoamiResult["accessKey"]): string {
  return tooOld === undefined ? "" : `; ${tooOld} days old: run mfa-admin rotate-key`;
}

function loginText({ profile, account, expires, live, refused }: LoginInAws): string {
  const place = profile === undefined ? "for the profiles that share your login" : `profile ${profile}`;
  const isOver = !lasts({ expires });
  const time = Number.isNaN(Date.parse(expires)) ? "no time that can be read" : localTime(expires);
  if (live === undefined) return `${account} perhaps, until ${time} by the file (${place}; AWS could not be asked)`;
  if (live) return `${account} ${isOver ? `still, although the file has ${time}` : `until ${time}`} (${place})`;
  const over = isOver ? `expired ${time}` : "no more; run mfa-admin login";
  return `${account} ${over} (${place}; AWS: ${refused ?? ""})`;
}
