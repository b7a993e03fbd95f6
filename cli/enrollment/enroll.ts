import { Failure, isInterruption } from "../failure.ts";
import { tellOldKey } from "../login/key-age.ts";
import { assignmentToMe, warnOfClock } from "../login/myself.ts";
import { canAsk } from "../terminal/ask.ts";
import { tellingHowItStands } from "../terminal/moment.ts";
import { keepOrReplaceKey, keepTypedKey, requireKeyProfile } from "./replace-key.ts";
import { firstLogin } from "./first-login.ts";
import { enrollDevice } from "./mfa-device.ts";
import { changeFirstPassword } from "./password.ts";
import { ensureConfigProfiles, writeConfigProfiles } from "./config-profiles.ts";
import type { Enrollment, EnrollOptions } from "./enrollment.ts";
import { EnrollmentProgress } from "./enrollment-progress.ts";
import { keyAtHand } from "./key-at-hand.ts";
import type { Enrolled } from "../results/enroll.ts";

const stopped = "What is done stays done.";
const goOn = "Run mfa-admin enroll again on this computer to go on: no other way knows what was begun here.";

/**
 * Walks a developer through everything that is needed to log in. Every step first looks at what is done already, so that the enrolment can
 * be stopped anywhere and run again.
 */
export async function enroll(options: EnrollOptions, tell: Enrollment["tell"]): Promise<Enrolled> {
  requireKeyProfile(options.profile);
  requireTerminal();
  try {
    const ready = await tellingHowItStands(`${stopped} ${goOn}`, () => untilLogin(options, tell));
    const { enrollment, assignment, device, kept, profiles } = ready;
    // A login tells by itself how it stands where Ctrl-C ends it.
    await firstLogin(enrollment, assignment, kept, device.lastCode);
    return {
      userName: enrollment.myself.userName,
      mfaDevice: device.serialNumber,
      accessKeyId: kept.accessKeyId,
      profiles,
    };
  } catch (error) {
    if (!(error instanceof Error) || !isInterruption(error)) throw error;
    throw new Failure(`Stopped. ${stopped}`, goOn, { cause: error });
  }
}

/** All steps before the first login. */
async function untilLogin(options: EnrollOptions, tell: Enrollment["tell"]) {
  const { key, initial: given, myself } = await keyAtHand(options);
  warnOfClock(myself);
  tell("User", `${myself.userName}, in the auth account ${myself.authAccount}`);
  const assignment = await assignmentToMe(myself, options.kit);
  // The profiles are written last, after codes were spent: whether they can be is checked now.
  await ensureConfigProfiles(options, assignment, key);
  const progress = new EnrollmentProgress(options.dataDirectory, myself);
  // AWS shows a new device's secret only once, so it must be possible to keep it.
  if (myself.mfaDevices.length === 0) await progress.ensureWritable();
  const enrollment: Enrollment = { options, key, myself, progress, tell };
  const initial = await keepTypedKey(enrollment, given);
  await changeFirstPassword(enrollment, assignment);
  const device = await enrollDevice(enrollment, assignment);
  const kept = await keepOrReplaceKey(enrollment, initial, assignment);
  const profiles = await writeConfigProfiles(enrollment, assignment, kept);
  await tellOldKey(kept, myself, assignment);
  return { enrollment, assignment, device, kept, profiles };
}

function requireTerminal(): void {
  if (canAsk()) return;
  throw new Failure(
    "Enrolling asks for what only you know, and there is no terminal to ask on.",
    "Run it on one; your page of mfa-admin guide says how to enrol in the console instead.",
  );
}
