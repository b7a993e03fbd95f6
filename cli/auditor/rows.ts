/** Turns what was gathered into the rows of the report, by pure functions. */

import { accessEndOf } from "../../infra/access-ends.ts";
import { furtherPolicies } from "../../infra/control-policies.ts";
import { exemptionsOf } from "../../infra/exemptions.ts";
import { guardRailNames, guardRailsIn } from "../../infra/guard-rails.ts";
import { accountsOf, policyArnIn, roleNameOf, serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import type { AuditedAccount } from "../audit/audit.ts";
import { type CredentialRow, isRootUser } from "../aws/credential-report.ts";
import { remedyForMissed } from "../aws/missing-right.ts";
import { warningText } from "../report/wording.ts";
import type { AccessRow, AuditorReport, FindingRow, GuardRow, PersonRow } from "../results/auditor-report.ts";
import type { Change } from "../results/change.ts";
import type { Missed } from "../results/missed.ts";
import type { PreviewReport } from "../results/report.ts";
import type { Compared } from "../results/verify.ts";
import type { Warning } from "../results/warning.ts";
import { oneLine } from "../terminal/one-line.ts";
import { alikeLines } from "../verify/text.ts";
import type { Gathered } from "./gather.ts";

/** The report, as `--json` prints it. */
export function auditorReport(gathered: Gathered): AuditorReport {
  const { stack, settings, madeAt, caller, commit, verification, credentials, alarms, diagnosis } = gathered;
  const findings = findingRows(gathered);
  const [drift, pending] = [gathered.drift, gathered.pending].map((report) => report && changesIn(report));
  const checks = (diagnosis?.checks ?? []).filter(({ name }) => !ofThisMachine.includes(name));
  const missed = missedIn(gathered);
  const accounts = Object.entries(accountIds(settings));
  return {
    version: 1,
    stack,
    madeAt: madeAt.toISOString(),
    madeBy: caller.arn,
    organization: { id: caller.id, managementAccount: caller.managementAccount },
    accounts: accounts.map(([name, id]) => ({ name, id, reached: alarms?.identities.has(name) === true })),
    ...(commit !== undefined && { commit }),
    ...(credentials?.audit.reportedAt !== undefined && { credentialReportAt: credentials.audit.reportedAt }),
    clean:
      !findings.some(({ counts }) => counts) &&
      (drift ?? []).length + (pending ?? []).length === 0 &&
      !checks.some(({ level }) => level === "failure"),
    complete: missed.length === 0 && !checks.some(({ level }) => level === "unknown"),
    ...(verification !== undefined && { promises: verification.promises }),
    access: accessRows(gathered),
    people: peopleRows(gathered),
    guards: guardRows(settings, caller.id, verification?.compared ?? []),
    findings,
    ...(drift !== undefined && { drift }),
    ...(pending !== undefined && { pending }),
    checks,
    matrix: alikeLines(verification?.lines ?? []),
    compared: verification?.compared ?? [],
    missed,
  };
}

/** Checks of the machine and the credentials that make the report, or of the moment: they are left out of it. */
const ofThisMachine = ["node", "pulumi", "plugin", "clock", "credentials", "state-lock", "impact"];

const accountIds = ({ authAccount, developmentAccounts }: Settings): Record<string, string> => ({
  auth: authAccount,
  ...developmentAccounts,
});

const sorted = (names: string[]): string[] => names.toSorted((a, b) => (a < b ? -1 : 1));

function accessRows({ settings, verification, alarms }: Gathered): AccessRow[] {
  const compared = verification?.compared ?? [];
  const { permissions, permissionsBoundary, sessionDuration, developmentAccounts } = settings;
  return sorted(Object.keys(settings.developers)).flatMap((developer) => {
    const isLocked = alarms?.locked.some(({ developers }) => developers.includes(developer)) === true;
    const isCutOff = alarms?.cutOff.some((one) => one.developer === developer) === true;
    return accountsOf(settings, developer).map((account): AccessRow => {
      const accountId = developmentAccounts[account] ?? "";
      const role = roleNameOf(settings, developer);
      const identities = alarms?.identities.get(account);
      const there = identities?.find(({ type, name }) => type === "role" && name === role);
      const ends = accessEndOf(settings, developer, account);
      return {
        ...{ developer, account, accountId, role, sessionDuration },
        permissions: permissions.map((arn) => policyArnIn(accountId, arn)),
        ...(permissionsBoundary !== undefined && { permissionsBoundary: policyArnIn(accountId, permissionsBoundary) }),
        ...(ends !== undefined && { ends }),
        ...(isLocked || isCutOff ? { stopped: isLocked ? "locked" : "cut off" } : {}),
        ...(there?.lastUsedAt !== undefined && { lastUsedAt: there.lastUsedAt }),
        inAws: identities !== undefined && there === undefined ? "not there" : asMade(compared, account, role),
      };
    });
  });
}

/** The result of comparing a role's documents with those in AWS. */
function asMade(compared: Compared[], account: string, role: string): AccessRow["inAws"] {
  const own = compared.filter((one) => one.account === account && one.what.endsWith(` of role ${role}`));
  if (own.length === 0) return "not looked at";
  return own.every(({ holds }) => holds) ? "as made" : "differs";
}

function peopleRows({ settings, credentials, alarms }: Gathered): PersonRow[] {
  const locked = alarms?.locked ?? [];
  return Object.keys(accountIds(settings)).flatMap((account): PersonRow[] => {
    const roster = account === "auth" ? sorted(Object.keys(settings.developers)) : [];
    const read = credentials?.accounts.find((one) => one.account === account);
    const there = read?.users.map(({ name }) => name) ?? [];
    const others = sorted(there.filter((name) => !roster.includes(name)));
    const root = read?.rows.find(isRootUser);
    return [
      ...[...roster, ...others].map((user): PersonRow => {
        const isOnRoster = roster.includes(user);
        const arn = read?.users.find(({ name }) => name === user)?.arn;
        const exemption = exemptionsOf(settings).find((one) => one.arn === arn);
        const locks = locked.filter(({ developers }) => isOnRoster && developers.includes(user));
        return {
          ...{ account, user },
          standing: isOnRoster ? "on the roster" : exemption === undefined ? "not on the roster" : "exempt",
          ...credentialsOf(user, read),
          ...(exemption !== undefined && { exemptUntil: exemption.until }),
          locks: locks.map(({ since, until, reason }) => ({
            since,
            ...(until !== undefined && { until }),
            ...(reason !== undefined && { reason }),
          })),
        };
      }),
      ...(root === undefined
        ? []
        : [
            {
              ...{ account, user: "root", standing: "root user" as const, inAws: "there" as const, locks: [] },
              ...{ hasMfa: root.hasMfa, devices: [], keys: keysOf(root) },
              ...(root.passwordLastUsedAt !== undefined && { passwordLastUsedAt: root.passwordLastUsedAt }),
            },
          ]),
    ];
  });
}

type Credentials = Omit<PersonRow, "account" | "user" | "standing" | "exemptUntil" | "locks">;

function credentialsOf(user: string, read: AuditedAccount | undefined): Credentials {
  const none = { devices: [], keys: [] };
  if (read === undefined) return { ...none, inAws: "not looked at" };
  if (!read.users.some(({ name }) => name === user)) return { ...none, inAws: "not there" };
  const row = read.rows.find((one) => one.user === user && !isRootUser(one));
  if (row === undefined) return { ...none, inAws: "newer than the credential report" };
  const { createdAt, hasMfa, hasPassword, passwordLastUsedAt: used, passwordLastChangedAt: changed } = row;
  return {
    ...{ inAws: "there", createdAt, hasMfa, devices: read.devices.get(user) ?? [], hasPassword },
    ...(used !== undefined && { passwordLastUsedAt: used }),
    ...(changed !== undefined && { passwordLastChangedAt: changed }),
    keys: keysOf(row),
  };
}

const keysOf = ({ keys }: CredentialRow): PersonRow["keys"] =>
  keys.map(({ active, createdAt, lastUsedAt, lastUsedService }) => ({
    ...{ active, createdAt },
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(lastUsedService !== undefined && { lastUsedService }),
  }));

/** Rows for the policy that asks for MFA, for every guard rail, even one that is off, and for the organization's own policies. */
function guardRows(settings: Settings, organizationId: string, compared: Compared[]): GuardRow[] {
  const { authAccount, developmentAccounts } = settings;
  const further = furtherPolicies(settings, organizationId);
  const row = (name: string, kind: GuardRow["kind"], policy: string, targets: string[]): GuardRow => {
    const own = compared.filter(({ what }) => what.endsWith(` control policy ${policy}`));
    const meant = targets.includes(authAccount) ? ["auth"] : Object.keys(developmentAccounts);
    const missing = own.filter(({ holds }) => !holds).map(({ account }) => account);
    const state = own.length === 0 ? "not looked at" : missing.length === 0 ? "in force" : "not in force";
    return { name, kind, policy, accounts: meant, state, missing };
  };
  return [
    row("mfa", "mfa", serviceControlPolicyName, settings.organizationalUnits),
    ...guardRailNames.map((name): GuardRow => {
      const policy = further.find(({ content }) => guardRailsIn(content).includes(name));
      if (policy === undefined) return { name, kind: "guard rail", accounts: [], state: "off", missing: [] };
      return row(name, "guard rail", policy.name, policy.targetIds);
    }),
    ...further
      .filter(({ content }) => guardRailsIn(content).length === 0)
      .map(({ name, targetIds }) => row(name, "own policy", name, targetIds)),
  ];
}

/** The kinds of warnings about what AWS has now; warnings of other kinds are about an edit that is still to be applied. */
export const alarmKinds = [
  ...["auth-account-under-policy", "guard-rail-loose", "own-policy-loose", "service-control-policy"],
  ...["no-full-access", "access-role", "denied", "account-uncovered", "account-unreached", "stale-trust"],
  ...["exempt", "exempt-nobody", "cut-off", "locked", "access-ends", "trust-policy", "permissions"],
  ...["developers-policy"],
] as const satisfies Warning["kind"][];
export type AlarmKind = (typeof alarmKinds)[number];

/** Kinds of warnings about what the settings intend: they are for information alone. */
const meant: Warning["kind"][] = ["exempt", "locked", "access-ends"];

function findingRows({ verification, credentials, alarms, drift, pending }: Gathered): FindingRow[] {
  const warnings = [...(drift?.warnings ?? []), ...(pending?.warnings ?? []), ...(alarms?.warnings ?? [])];
  const told = new Map<string, FindingRow>();
  for (const warning of warnings) {
    if (!(alarmKinds as string[]).includes(warning.kind)) continue;
    const fact = warningText(warning, oneLine);
    const { kind } = warning;
    const account = accountOf(warning);
    told.set(fact, {
      source: "alarm",
      kind,
      ...(account !== undefined && { account }),
      fact,
      counts: !meant.includes(kind),
    });
  }
  const all: FindingRow[] = [
    ...(verification?.findings ?? []).map((one) => ({
      ...one,
      source: "verify" as const,
      counts: one.accepted === undefined,
    })),
    ...told.values(),
    ...(credentials?.audit.findings ?? []).map(({ kind, account, fact, counts, at }) => ({
      ...{ source: "audit" as const, kind, account, fact, counts },
      ...(at !== undefined && { at }),
    })),
  ];
  return [...all.filter(({ counts }) => counts), ...all.filter(({ counts }) => !counts)];
}

/** The account that a warning is about, where that is one. */
function accountOf(warning: Warning): string | undefined {
  if ("account" in warning) return warning.account;
  return "resource" in warning && typeof warning.resource === "object" ? warning.resource.account : undefined;
}

const changesIn = ({ resources, developers }: PreviewReport): Change[] => [
  ...resources,
  ...developers.flatMap(({ changes }) => changes),
];

/**
 * All that could not be read, of every part and each once, checks for alarms included. The list is sorted, since accounts are read
 * in parallel and answer in any order.
 */
function missedIn({ missed, verification, credentials, alarms, drift, pending }: Gathered): Missed[] {
  const warnings = [...(alarms?.warnings ?? []), ...(drift?.warnings ?? []), ...(pending?.warnings ?? [])];
  const all = [
    ...missed,
    ...(verification?.missed ?? []),
    ...(credentials?.audit.missed ?? []),
    ...warnings.flatMap((warning) =>
      warning.kind === "not-looked-at"
        ? [{ what: warning.what, reason: warning.reason, remedy: remedyForMissed(warning.reason, "report") }]
        : [],
    ),
  ];
  return [...new Map(all.map((one) => [`${one.what}\n${one.reason}`, one])).values()].sort((one, other) =>
    one.what < other.what ? -1 : Number(one.what > other.what),
  );
}
