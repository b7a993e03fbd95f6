import { endRoleSessions, endUserSessions } from "../../infra/older-sessions.ts";
import { accountsText } from "../accounts-text.ts";
import { momentFromNow } from "../aws/clock.ts";
import { inEachAccount } from "./cut-off.ts";
import type { EndedSessions } from "../results/end-sessions.ts";
import { clientsIn } from "../aws/clients.ts";
import { wordsOf } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { tellingAfterAMoment } from "../terminal/moment.ts";
import { watchRuns } from "./after-run.ts";
import { othersThatWork } from "./emergency-refusal.ts";
import { type EmergencyTarget, userInEmergency } from "./emergency-target.ts";
import { endSharedSessionsOf, sharedSessionsLine } from "./shared-sessions.ts";
import { tell } from "../terminal/tell.ts";

/** The longest session of GetSessionToken, and of a role that is assumed from it, in seconds (STS API Reference). */
const longestOwnSession = 129_600;
const longestChainedSession = 3600;

/** The time until which sessions that are open now, and those that can be opened from them, may last where nobody ends them. */
function sessionsLastUntil(): string {
  return new Date(Date.now() + (longestOwnSession + longestChainedSession) * 1000).toISOString();
}

/** Ends all live sessions of a developer in all accounts; keys, password and devices stay. Each part is tried by itself. */
export function endSessions(settings: EmergencySettings, target: EmergencyTarget): Promise<EndedSessions> {
  return tellingAfterAMoment(
    `Ending the sessions of ${target.userName} in all accounts; a call that is not answered is given up after half a minute.`,
    endEach(settings, target),
    `Sessions of ${target.userName} may go on. Run mfa-admin end-sessions ${target.userName} again.`,
  );
}

async function endEach(settings: EmergencySettings, target: EmergencyTarget): Promise<EndedSessions> {
  const { user, roles } = await startOwn(settings, target);
  const own = await user;
  // The user can open no more of them by now. The user's own roles may have to wait for a server, and these sessions do not.
  const sharedSessions = await endSharedSessionsOf(settings, [target]);
  return { ...own, ...(await roles), ...(sharedSessions && { sharedSessions }) };
}

/** @throws Failure when something was not ended */
async function endAgain(settings: EmergencySettings, target: EmergencyTarget): Promise<void> {
  const { user, roles } = await startOwn(settings, target);
  requireAllEnded({ ...(await user), ...(await roles) });
}

/** Begins to end the sessions of the user, and of the user's own roles as soon as they are known. */
async function startOwn(settings: EmergencySettings, { userName, authAccount, roles: known }: EmergencyTarget) {
  const iam = clientsIn(settings);
  const auth = iam(authAccount);
  const moment = await momentFromNow(auth);
  const own = { userName, authAccount, before: moment.toISOString() };
  const user = endUserSessions(auth, userName, moment).then(
    (found) => ({ ...own, found }),
    (error: unknown) => ({ ...own, found: true, ownRefused: wordsOf(error) }),
  );
  const roles = known.then((found) =>
    inEachAccount(found, (accountId, roleName) => endRoleSessions(iam(accountId), roleName, moment)),
  );
  // They are awaited after the user; until then an error must not be an unhandled rejection.
  roles.catch(() => undefined);
  return { user, roles };
}

/**
 * Ends all live sessions of a developer after a question, and prints what was ended and what not.
 *
 * @throws Failure when something was not ended
 */
export async function endSessionsOf(
  project: Project,
  { name, yes }: { name: string; yes: boolean },
  printer: Printer,
): Promise<EndedSessions> {
  const { settings, target } = await userInEmergency(project, name);
  requireConfirmable(yes);
  await confirmChange(`End all live sessions of ${target.userName} now?`, yes);
  const throughRun = watchRuns(project);
  const result = await endSessions(settings, target);
  for (const line of endedLines(result)) {
    if (isAllEnded(result)) printer.logToStderr(line);
    // With `--json`, the error that follows has no place for it.
    else tell(line);
  }
  requireAllEnded(result);
  printer.log(`All live sessions of ${target.userName} have ended; keys, password and MFA devices are as they were.`);
  await throughRun(`end-sessions ${target.userName}`, () => endAgain(settings, target));
  return result;
}

/** "alice: sessions ended: the user's own, and those of the role in sandbox, payments." and what was not. */
function endedLines(result: EndedSessions): string[] {
  const { userName, authAccount, found, before, ownRefused, sessions, unreached, sharedSessions } = result;
  const ended = [
    ...(found && ownRefused === undefined ? ["the user's own"] : []),
    ...(sessions.length > 0
      ? [`those of the role in ${accountsText(sessions, sessions.length + unreached.length)}`]
      : []),
  ];
  return [
    ...(found ? [] : [`${userName}: the auth account ${authAccount} has no such user.`]),
    ...(sharedSessions === undefined ? [] : [sharedSessionsLine(userName, sharedSessions)]),
    ended.length > 0
      ? `${userName}: sessions made before ${before} ended: ${ended.join(", and ")}.`
      : `${userName}: no session was ended.`,
    ...(ownRefused === undefined
      ? []
      : [`${userName}: NOT ended: the user's own sessions, until ${sessionsLastUntil()} at the latest. ${ownRefused}`]),
    ...unreached.map(
      ({ account, accountId, reason, until }) =>
        `${userName}: NOT ended: sessions in ${account} (${accountId}), until ${until} at the latest. ${reason}`,
    ),
  ];
}

function isAllEnded({ found, ownRefused, unreached, sharedSessions }: EndedSessions): boolean {
  const isSharedEnded = sharedSessions === undefined || "before" in sharedSessions;
  return found && ownRefused === undefined && unreached.length === 0 && isSharedEnded;
}

/** @throws Failure when something was not ended */
function requireAllEnded(result: EndedSessions): void {
  if (isAllEnded(result)) return;
  const { userName, authAccount, found } = result;
  if (!found) {
    throw new Failure(
      `The account ${authAccount} has no user ${userName}, whose own sessions could have been ended.`,
      `Look whether authAccount and the name are right. mfa-admin remove-developer ${userName} takes the name off the roster, and what is left of roles away.`,
    );
  }
  throw new Failure(
    `Not all sessions of ${userName} were ended; what was not is told above.`,
    `Run mfa-admin end-sessions ${userName} again when AWS allows it. ${othersThatWork("end-sessions", userName)}`,
  );
}

/** Ends the developer's sessions where `end` is set; otherwise prints that they live on, and until when. */
export async function sessionsAfter(after: {
  project: Project;
  settings: EmergencySettings;
  target: EmergencyTarget;
  end: boolean;
}): Promise<{ endedSessions?: EndedSessions }> {
  const { project, settings, target, end } = after;
  if (!end) {
    // The state may have the user in another account than that in which this was done.
    await target.roles;
    tell(livingOn(target.userName));
    return {};
  }
  const throughRun = watchRuns(project);
  const endedSessions = await endSessions(settings, target);
  tell(endedLines(endedSessions).join("\n"));
  requireAllEnded(endedSessions);
  await throughRun(`end-sessions ${target.userName}`, () => endAgain(settings, target));
  return { endedSessions };
}

const livingOn = (userName: string): string =>
  `Note: sessions already open may last until ${sessionsLastUntil()}, those included that can be made from them. mfa-admin end-sessions ${userName} ends them; mfa-admin remove-developer ${userName} ends everything.`;
