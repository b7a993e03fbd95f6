import { accountsWithOwnRoles } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { wordsOf } from "../aws/error-words.ts";
import type { Identity } from "../aws/identities.ts";
import { lookAtIdentities } from "../aws/look.ts";
import type { Warning } from "../results/warning.ts";
import { stackHeldBy } from "../engine/state-before.ts";
import { warningLines } from "../report/text.ts";
import type { Project } from "../project/project.ts";
import { notedResources } from "../state/checkpoint.ts";
import { accountsOutside } from "../aws/organization-view.ts";
import { shieldTargets } from "../aws/shield.ts";
import { authAccountUnderPolicy } from "./auth-account-policy.ts";
import { type NotApplied, notApplied, notAppliedLines } from "./not-applied.ts";
import { uncoveredAccounts } from "./promise.ts";
import { type CutOffWarning, cutOffs } from "./cut-offs.ts";
import { type LockedWarning, locks } from "./locks.ts";
import { type Denied, denials } from "../engine/denials-in-aws.ts";

/** The alarms that `list` shows with the developers. */
export interface Alarms {
  /** The alarms, and the parts that could not be read, a line each. */
  lines: string[];
  /** Whether everything could be looked at in AWS. */
  complete: boolean;
  /**
   * One developer's alarms: the policies that only deny on the user and roles, whether a removal has cut them off, their locks, and
   * the accounts where their roles are not made yet. A key is left out where there is none.
   */
  of: (userName: string) => {
    denied?: Pick<Denied, "resource" | "policies" | "quarantine">[];
    cutOff?: true;
    locks?: Omit<LockedWarning, "kind" | "developers">[];
    notApplied?: string[];
  };
  /** Sentences about settings that are not applied yet, with the command to run; none where the state can't be read. */
  next: string[];
}

/** The result of {@link lookForAlarms}. */
export interface AlarmLook {
  /** The alarms, and the parts that could not be read. */
  warnings: Warning[];
  denied: Denied[];
  cutOff: CutOffWarning[];
  locked: LockedWarning[];
  /** Each account's identities, by its name in the settings; an account that could not be read is left out. */
  identities: Map<string, Identity[]>;
  /** The settings that are not applied yet; undefined where the state can't be read from here. */
  ahead: NotApplied | undefined;
}

/** Looks for policies that only deny on the developers' users and roles, in every account that can be reached. */
export async function lookForAlarms(project: Project, settings: Settings): Promise<AlarmLook> {
  const missed: Warning[] = [];
  const attempt = async <T>(what: string, call: Promise<T>): Promise<T | undefined> => {
    try {
      return await call;
    } catch (error) {
      missed.push({ kind: "not-looked-at", what, reason: wordsOf(error) });
      return undefined;
    }
  };
  const { developmentAccounts, organizationalUnits } = settings;
  const [noted, identities, underPolicy, outside] = await Promise.all([
    notedResources(project),
    lookAtIdentities({ ...settings, developmentAccounts: accountsWithOwnRoles(settings) }, ({ account }, call) =>
      attempt(`account ${account}`, call),
    ),
    attempt("auth account's unit", underPolicyInAws(settings)),
    attempt("development accounts' units", accountsOutside(Object.values(developmentAccounts), organizationalUnits)),
  ]);
  const names = Object.entries(developmentAccounts).flatMap(([name, id]) => (outside?.includes(id) ? [name] : []));
  const uncovered = uncoveredAccounts(names, settings);
  const before = stackHeldBy(noted ?? []);
  const [denied, cutOff, locked] = [
    denials({ identities }, settings, before),
    cutOffs({ identities }, settings),
    locks({ identities }, settings, before.held),
  ];
  return {
    ...{ denied, cutOff, locked, identities },
    warnings: [...(underPolicy ?? []), ...uncovered, ...denied, ...cutOff, ...locked, ...missed],
    ahead: noted === undefined ? undefined : notApplied(settings, noted),
  };
}

/** The same as text. */
export async function alarmsOf(project: Project, settings: Settings, stream: NodeJS.WriteStream): Promise<Alarms> {
  const { warnings, denied: found, cutOff, locked, ahead } = await lookForAlarms(project, settings);
  return {
    next: ahead === undefined ? [] : notAppliedLines(ahead, settings),
    lines: warningLines(warnings, stream),
    complete: !warnings.some(({ kind }) => kind === "not-looked-at"),
    of(userName) {
      const denying = found.filter(({ developer }) => developer === userName);
      const denied = denying.map(({ resource, policies, quarantine }) => ({ resource, policies, quarantine }));
      const isCutOff = cutOff.some(({ developer }) => developer === userName);
      const own = locked.filter(({ developers }) => developers.includes(userName));
      const missing = ahead?.missing.get(userName);
      return {
        ...(denied.length > 0 && { denied }),
        ...(isCutOff && { cutOff: true as const }),
        ...(own.length > 0 && {
          locks: own.map(({ all, since, until, reason }) => ({
            all,
            since,
            ...(until !== undefined && { until }),
            ...(reason !== undefined && { reason }),
          })),
        }),
        ...(missing !== undefined && { notApplied: missing }),
      };
    },
  };
}

async function underPolicyInAws(settings: Settings): Promise<Warning[]> {
  return authAccountUnderPolicy(settings, await shieldTargets());
}
