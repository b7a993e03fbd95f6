import { type ManagingCaller, managingCaller, requireAllFeatures, requireClock } from "../aws/preconditions.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Check } from "../results/doctor.ts";
import { looked, ok, thrown } from "./check.ts";

/** Checks of the caller's identity, the source of the credentials, the organization and the clock. */
export async function callerChecks(
  settings: Settings,
): Promise<{ caller: ManagingCaller | undefined; checks: Check[] }> {
  // Read before the session is opened, which changes the environment.
  const source = sourceOfCredentials();
  try {
    const caller = await managingCaller(settings);
    return {
      caller,
      checks: [whoami(caller, source), manager(caller), ...(await features(caller)), ...(await clock(caller))],
    };
  } catch (error) {
    const check = thrown({ name: "credentials" }, error);
    // Without credentials nothing else can be checked, so any error is a failure.
    return { caller: undefined, checks: [{ ...check, level: "failure", fact: `${check.fact} (By ${source}.)` }] };
  }
}

/**
 * The source of the credentials that the environment names, in the order of the search (AWS CLI User Guide, "Environment
 * variables").
 */
export function sourceOfCredentials(environment: NodeJS.ProcessEnv = process.env): string {
  const { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: key, AWS_DEFAULT_PROFILE: other } = environment;
  if (profile) return `the profile ${profile} (AWS_PROFILE)`;
  if (key && environment["AWS_SECRET_ACCESS_KEY"]) return "AWS_ACCESS_KEY_ID of the environment";
  if (other) return `the profile ${other} (AWS_DEFAULT_PROFILE)`;
  if (environment["AWS_WEB_IDENTITY_TOKEN_FILE"]) return "the web identity of this job (AWS_WEB_IDENTITY_TOKEN_FILE)";
  return "the profile default, or the role of this machine";
}

const whoami = ({ arn }: ManagingCaller, source: string): Check => ok({ name: "credentials" }, `${arn}, by ${source}.`);

function manager({ managementAccount, administeredFrom }: ManagingCaller): Check {
  if (administeredFrom === undefined) return ok({ name: "manager" }, `${managementAccount} is the management account.`);
  return ok(
    { name: "manager" },
    `${administeredFrom} sees to the organization's policies, delegated by the management account ${managementAccount}.`,
  );
}

function features(caller: ManagingCaller): Promise<Check[]> {
  return looked({ name: "features" }, () => {
    requireAllFeatures(caller);
    return [ok({ name: "features" }, `The organization ${caller.id} has all features.`)];
  });
}

/** Codes of MFA devices are good for a minute either way (IAM User Guide, "Resynchronize virtual and hardware MFA devices"). */
const usual = 60_000;

function clock({ clockOffset }: ManagingCaller): Promise<Check[]> {
  const subject = { name: "clock" };
  return looked(subject, () => {
    requireClock(clockOffset);
    const seconds = Math.round(Math.abs(clockOffset) / 1000);
    if (seconds * 1000 <= usual) return [ok(subject, "This machine's clock and AWS's agree.")];
    return [
      {
        ...{ ...subject, level: "warning" },
        fact: `This machine's clock is ${seconds} seconds ${clockOffset > 0 ? "behind" : "ahead of"} AWS's, which refuses signatures after five minutes.`,
        remedy: "Set the clock (timedatectl set-ntp true, or the system's settings).",
      },
    ];
  });
}
