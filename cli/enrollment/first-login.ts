import type { Assignment } from "../../infra/assignment.ts";
import { dailyProfile as profile } from "../aws-files/profiles.ts";
import { Failure } from "../failure.ts";
import type { AccessKey } from "../login/access-key.ts";
import { rememberedCode } from "../login/code.ts";
import { login } from "../login/login.ts";
import { LoginMemory } from "../login/memory.ts";
import { requireFreeProfiles, writeProfiles } from "../login/profile.ts";
import { loginSummary } from "../login/summary.ts";
import type { Enrollment } from "./enrollment.ts";

const step = "First login";

/** Logs in to an account, which is asked for where there are several; it proves that everything works. */
export async function firstLogin(
  { options, tell }: Enrollment,
  assignment: Assignment,
  key: AccessKey,
  usedCode: string | undefined,
): Promise<void> {
  if (Object.keys(assignment.accounts).length === 0) {
    tell(step, "not possible, since no account is assigned to you yet");
    return;
  }
  const { cacheDirectory, kit } = options;
  if (usedCode !== undefined) {
    const memory = new LoginMemory(cacheDirectory, key.accessKeyId);
    await memory.change((now) => ({ ...now, lastCode: rememberedCode(usedCode) }));
  }
  const sourceProfile = typeof key.from === "string" ? undefined : key.from.profile;
  const { sessions } = await login({
    ...{ cacheDirectory, sourceProfile, kit, account: undefined },
    ...{ all: false, chain: false, duration: undefined, code: undefined },
  });
  try {
    await requireFreeProfiles([profile]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell(step, `works. ${error.message} Log in with mfa-admin login --profile NAME.`);
    return;
  }
  const byProfile = Object.fromEntries(sessions.map((session) => [profile, session]));
  await writeProfiles(byProfile);
  tell(step, "works");
  tell("", loginSummary({ byProfile, before: {} }));
}
