import { isDeepStrictEqual } from "node:util";

import pMap from "p-map";

import { accountIdsIn } from "../../infra/names.ts";
import { ownPolicies } from "../../infra/own-policies.ts";
import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { withEveryAccount } from "../aws/every-account.ts";
import { isCanary } from "../aws/identities.ts";
import { type Attempt, noting } from "../aws/missed.ts";
import { isOfOrganization } from "../aws/organization-view.ts";
import { knownManagers, knownOrganization, managementAccountAtHand } from "../aws/preconditions.ts";
import { requireNames } from "../aws/shared-role-preconditions.ts";
import { everything, simulate } from "../aws/simulate.ts";
import type { Project } from "../project/project.ts";
import type { Missed } from "../results/missed.ts";
import type { FindingKind, MatrixLine, Verification } from "../results/verify.ts";
import { type AccountInAws, readAccount } from "./account.ts";
import type { Canary } from "./canary/plan.ts";
import { developerClasses } from "../matrix/classes.ts";
import { type ControlPolicies, hierarchyOf, readControlPolicies } from "../matrix/control-policies.ts";
import { brokenLines, brokenTries, withAccepted } from "./finding.ts";
import { authComparison, type Comparison, rolesComparison, strangers } from "./given.ts";
import { accountLines, authLines, developerLines } from "../matrix/lines.ts";
import { organizationComparison } from "./organization.ts";
import { entriesComparison } from "./shared-role.ts";
import { foreignAccounts, identityCenter, sideDoors } from "./side-doors.ts";

/** The kinds of side doors that each account is searched for. */
const searchedKinds: FindingKind[] = [
  ...["role-for-anybody", "role-for-outsider", "role-for-provider", "role-without-mfa", "role-for-other-account"],
  ...["access-role", "stray-role", "user", "root-key", "provider", "identity-center"],
] as const;

/**
 * Verifies the promise in AWS, without the stack's state. Nothing is changed but canaries: the given ones are made, tried and removed, and
 * leftovers of other runs are removed.
 *
 * @param options.readOnly whether leftovers stay, and are findings as any other user
 */
export async function verify(
  { stack }: Pick<Project, "stack">,
  given: Settings,
  canaries: Canary[] = [],
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<Verification> {
  const settings = await withEveryAccount(given);
  // Users are let into suspended accounts, too, which are not looked into.
  const entered = await withEveryAccount(given, { suspended: true });
  // An account that no name stands for would be found to be entered by nobody's leave.
  await requireNames(entered);
  const managementAccount = await managementAccountAtHand(settings);
  const organizationId = knownOrganization()?.id ?? "";
  const missed: Missed[] = [];
  const attempt = noting(missed, "verify");
  const all = Object.entries(accountIdsIn(settings));
  const ids = all.map(([, id]) => id);
  const [above, read] = await Promise.all([
    attempt("the policies of the organization", () => readControlPolicies(ids, settings.organizationalUnits)),
    readAccounts(all, settings, attempt),
  ]);
  const isLeft = !readOnly && read.some(({ identities }) => identities.some(isCanary));
  const leftovers = isLeft
    ? await (await import("./canary/live.ts")).clearLeftovers(read, settings)
    : { removed: [], findings: [] };
  const accounts = read.map((one) => ({
    ...one,
    identities: one.identities.filter((identity) => readOnly || !isCanary(identity)),
  }));
  const organization = above && organizationComparison(above, settings, organizationId);
  const [lines, outsiders] = await Promise.all([
    above === undefined ? [] : matrix(above, accounts, { settings, entered }, organizationId, attempt),
    outsidersAmong(foreignAccounts(accounts, [...ids, managementAccount]), attempt),
  ]);
  const live =
    canaries.length === 0 ? undefined : await (await import("./canary/live.ts")).tryLive(canaries, settings, stack);
  missed.push(...(live?.missed ?? []));
  const insiders = {
    organizationId,
    managementAccount,
    managers: knownManagers(),
    outsiders,
    guarded: organization?.guarded ?? new Set<string>(),
  };
  const comparisons: Comparison[] = [
    ...(organization === undefined ? [] : [organization]),
    ...accounts.flatMap((account) =>
      account.name === "auth"
        ? [authComparison(account, settings), entriesComparison(account, entered)]
        : [rolesComparison(account, settings)],
    ),
  ];
  const found = [
    ...comparisons.flatMap(({ findings }) => findings),
    ...brokenLines(lines),
    ...(live === undefined ? [] : [...brokenTries(live.lines), ...live.findings]),
    ...leftovers.findings,
    ...identityCenter(accounts),
    ...accounts.flatMap((account) => [...sideDoors(account, settings, insiders), ...strangers(account, settings)]),
  ];
  const { findings, notFound } = withAccepted(found, settings);
  const compared = comparisons.flatMap((one) => one.compared);
  return {
    version: 1,
    stack,
    holds: findings.every(({ accepted }) => accepted !== undefined),
    complete: missed.length === 0,
    promises: {
      simulated: lines.filter(({ got }) => got !== undefined).length,
      compared: compared.length,
      searched: accounts.length * searchedKinds.length,
      ...(live && { tried: live.lines.length }),
    },
    ...{ findings, missed, notFound: missed.length > 0 ? [] : notFound, lines, compared },
    ...(live && { live: live.lines }),
    ...(leftovers.removed.length > 0 && { removed: leftovers.removed }),
  };
}

async function readAccounts(
  all: (readonly [name: string, id: string])[],
  settings: Settings,
  attempt: Attempt,
): Promise<AccountInAws[]> {
  const iam = clientsIn(settings);
  const roster = Object.keys(settings.developers);
  const read = await pMap(all, ([name, id]) => readAccount(iam(id), { name, id, roster }, attempt), { concurrency: 8 });
  return read.filter((account) => account !== undefined);
}

/** The lines of every account, simulated. Accounts have to be read first only for the developers' lines. */
async function matrix(
  above: ControlPolicies,
  accounts: AccountInAws[],
  { settings, entered }: { settings: Settings; entered: Settings },
  organizationId: string,
  attempt: Attempt,
): Promise<Verification["lines"]> {
  const auth = accounts.find(({ name }) => name === "auth");
  const classes =
    auth && (await attempt("the developers' policies", () => developerClasses(auth.identities, settings)));
  const lines = [
    ...developerLines(entered, classes ?? []),
    ...authLines(settings),
    ...Object.keys(settings.developmentAccounts).flatMap((account) => accountLines(settings, account)),
  ];
  const surroundings = { organizationId, region: settings.region ?? region };
  const found = await simulate(lines, { ...surroundings, hierarchy: (id) => hierarchyOf(above, id) }, attempt);
  // Actions that the organization's own policies deny are denied on purpose.
  const own = ownPolicies(settings).map(({ content }) => JSON.stringify(content));
  const stopped = lines.filter((_, index) => isStopped(found[index]));
  if (own.length === 0 || stopped.length === 0) return found;
  const level = [everything, ...own];
  const meant = await simulate(stopped, { ...surroundings, hierarchy: () => [[everything], level] }, attempt);
  const isMeant = (line: MatrixLine): boolean =>
    meant.some((one) => one.got === "denied" && isDeepStrictEqual(askedIn(one), askedIn(line)));
  return found.map((line) => (isStopped(line) && isMeant(line) ? { ...line, expected: "denied", holds: true } : line));
}

const isStopped = (line: MatrixLine | undefined): boolean => line?.expected === "allowed" && line.got === "denied";

const askedIn = ({ account, who, credentials, action, resource }: MatrixLine) => [
  ...[account, who, credentials, action, resource],
];

/** The accounts among some that do not belong to the organization. */
async function outsidersAmong(ids: string[], attempt: Attempt): Promise<Set<string>> {
  const found = await pMap(
    ids,
    async (id) =>
      (await attempt(`whether ${id} is of the organization`, () => isOfOrganization(id))) === true ? [] : [id],
    { concurrency: 2 },
  );
  return new Set(found.flat());
}
