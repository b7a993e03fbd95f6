import pMap from "p-map";

import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { type Attempt, noting } from "../aws/missed.ts";
import { isOfOrganization } from "../aws/organization-view.ts";
import { knownManagers, knownOrganization, managementAccountAtHand } from "../aws/preconditions.ts";
import type { Project } from "../project/project.ts";
import type { FindingKind, Missed, Verification } from "../results/verify.ts";
import { type AccountInAws, readAccount } from "./account.ts";
import { developerClasses } from "./classes.ts";
import { type ControlPolicies, hierarchyOf, readControlPolicies } from "./control-policies.ts";
import { brokenLines, withAccepted } from "./finding.ts";
import { authComparison, type Comparison, rolesComparison, strangers } from "./given.ts";
import { accountLines, authLines, developerLines } from "./matrix.ts";
import { organizationComparison } from "./organization.ts";
import { foreignAccounts, sideDoors } from "./side-doors.ts";
import { simulate } from "./simulate.ts";

/** The side doors that are looked for in each account. */
const searchedKinds: FindingKind[] = [
  ...["role-for-anybody", "role-for-outsider", "role-for-provider", "role-without-mfa", "role-for-other-account"],
  ...["access-role", "stray-role", "user", "root-key", "provider"],
] as const;

/** Proves the promise on what AWS has. It changes nothing, and asks for nothing of the stack's state. */
export async function verify({ stack }: Pick<Project, "stack">, settings: Settings): Promise<Verification> {
  const managementAccount = await managementAccountAtHand(settings);
  const organizationId = knownOrganization()?.id ?? "";
  const missed: Missed[] = [];
  const attempt = noting(missed, "verify");
  const { authAccount, developmentAccounts, organizationalUnits } = settings;
  const all = [["auth", authAccount] as const, ...Object.entries(developmentAccounts)];
  const [above, accounts] = await Promise.all([
    attempt("the policies of the organization", () =>
      readControlPolicies(
        all.map(([, id]) => id),
        organizationalUnits,
      ),
    ),
    readAccounts(all, settings, attempt),
  ]);
  const organization = above && organizationComparison(above, settings, organizationId);
  const [lines, outsiders] = await Promise.all([
    above === undefined ? [] : matrix(above, accounts, settings, organizationId, attempt),
    outsidersAmong(foreignAccounts(accounts, [...all.map(([, id]) => id), managementAccount]), attempt),
  ]);
  const insiders = {
    organizationId,
    managementAccount,
    managers: knownManagers(),
    outsiders,
    guarded: organization?.guarded ?? new Set<string>(),
  };
  const comparisons: Comparison[] = [
    ...(organization === undefined ? [] : [organization]),
    ...accounts.map((account) =>
      account.name === "auth" ? authComparison(account, settings) : rolesComparison(account, settings),
    ),
  ];
  const found = [
    ...comparisons.flatMap(({ findings }) => findings),
    ...brokenLines(lines),
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
    },
    ...{ findings, missed, notFound: missed.length > 0 ? [] : notFound, lines, compared },
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

/** The lines of every account; the simulator needs the accounts' own answers for developers alone. */
async function matrix(
  above: ControlPolicies,
  accounts: AccountInAws[],
  settings: Settings,
  organizationId: string,
  attempt: Attempt,
): Promise<Verification["lines"]> {
  const auth = accounts.find(({ name }) => name === "auth");
  const classes =
    auth && (await attempt("the developers' policies", () => developerClasses(auth.identities, settings)));
  const lines = [
    ...developerLines(settings, classes ?? []),
    ...authLines(settings),
    ...Object.keys(settings.developmentAccounts).flatMap((account) => accountLines(settings, account)),
  ];
  const surroundings = {
    organizationId,
    region: settings.region ?? region,
    hierarchy: (id: string) => hierarchyOf(above, id),
  };
  return simulate(lines, surroundings, attempt);
}

/** Those of some accounts that the organization does not have. */
async function outsidersAmong(ids: string[], attempt: Attempt): Promise<Set<string>> {
  const found = await pMap(
    ids,
    async (id) =>
      (await attempt(`whether ${id} is of the organization`, () => isOfOrganization(id))) === true ? [] : [id],
    { concurrency: 2 },
  );
  return new Set(found.flat());
}
