import type { Assignment } from "../../infra/assignment.ts";
import { accessKeyProfile, dailyProfile } from "../aws-files/profiles.ts";
import { Failure } from "../failure.ts";
import type { AccessKey } from "../login/own-access-key.ts";
import { rememberedCode } from "../login/code.ts";
import { login } from "../login/login.ts";
import { LoginMemory } from "../login/memory.ts";
import { ensureFreeProfiles, TakenProfile, writeProfiles } from "../login/profile.ts";
import { loginSummary } from "../login/login-summary.ts";
import { askText } from "../terminal/ask.ts";
import { asArgument } from "../terminal/one-line.ts";
import { tell as tellPerson } from "../terminal/tell.ts";
import type { Enrollment } from "./enrollment.ts";

const step = "First login";

/** Logs in to an account, which is asked for where there are several: a proof that everything works. */
export async function firstLogin(
  { options, myself, tell }: Enrollment,
  assignment: Assignment,
  key: AccessKey,
  usedCode: string | undefined,
): Promise<void> {
  if (Object.keys(assignment.accounts).length === 0) {
    const every = "not tried: every account is assigned to you, so name one by its id: mfa-admin login --account ID";
    tell(step, assignment.everyAccount === true ? every : "not possible, since no account is assigned to you yet");
    return;
  }
  const { cacheDirectory, kit } = options;
  if (usedCode !== undefined) {
    const memory = new LoginMemory(cacheDirectory, key.accessKeyId);
    await memory.change((now) => ({ ...now, lastCode: rememberedCode(usedCode) }));
  }
  const profile = await freeProfile();
  const sourceProfile = typeof key.from === "string" ? undefined : key.from.profile;
  const { sessions } = await login({
    ...{ cacheDirectory, sourceProfile, kit, account: undefined },
    ...{ all: false, chain: false, duration: undefined, code: undefined },
  });
  const byProfile = Object.fromEntries(sessions.map((session) => [profile, session]));
  await writeProfiles(byProfile);
  tell(step, "works");
  tell("", loginSummary({ byProfile, before: {} }));
  const flags = dailyFlags({ profile, sourceProfile, kit: kitForNames(kit, myself.assignment, assignment) });
  if (flags !== "") tell("", `Every day: mfa-admin login${flags}`);
}

/** The page, where the developer's own tags do not have all that it has: a login needs it to know the accounts. */
export function kitForNames(
  kit: string | undefined,
  own: Assignment | undefined,
  onPage: Assignment,
): string | undefined {
  const isKnown = Object.entries(onPage.accounts).every(([name, id]) => own?.accounts[name] === id);
  return own !== undefined && isKnown ? undefined : kit;
}

/** The flags that the daily `login` cannot find out by itself. */
export function dailyFlags(known: {
  profile: string;
  sourceProfile: string | undefined;
  kit: string | undefined;
}): string {
  const isFound = [undefined, accessKeyProfile, "default"].includes(known.sourceProfile);
  const flags: [string, string | undefined][] = [
    ["source-profile", isFound ? undefined : known.sourceProfile],
    ["profile", known.profile === dailyProfile ? undefined : known.profile],
    ["kit", known.kit],
  ];
  return flags.map(([name, value]) => (value === undefined ? "" : ` --${name} ${asArgument(value)}`)).join("");
}

/** The profile for the session, chosen before a code is spent: `dev`, or one that the developer names where `dev` holds something else. */
async function freeProfile(): Promise<string> {
  const refused = await refusalOf(dailyProfile);
  if (refused === undefined) return dailyProfile;
  // Another name is no remedy for a file that cannot be written.
  if (!(refused instanceof TakenProfile)) throw refused;
  tellPerson(refused.message);
  const isFree = async (name: string): Promise<true | string> => (await refusalOf(name))?.message ?? true;
  return askText("Another profile for your login:", isFree, `${dailyProfile}-mfa`);
}

/** Why a login cannot be written into a profile. */
async function refusalOf(profile: string): Promise<Failure | undefined> {
  try {
    await ensureFreeProfiles([profile]);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error;
  }
}
