import { accountIdsIn } from "../../infra/names.ts";
import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { wordsOf } from "../aws/error-words.ts";
import { identitiesIn } from "../aws/identities.ts";
import { knownOrganization } from "../aws/preconditions.ts";
import type { StackChanges } from "../changes/resource.ts";
import type { MatrixLine } from "../results/verify.ts";
import type { Warning } from "../results/warning.ts";
import { developerClasses } from "./classes.ts";
import { hierarchyOf, readControlPolicies } from "./control-policies.ts";
import { accountLines, authLines, developerLines } from "./lines.ts";
import { plannedPolicies, settingsOfBoth, withDeveloperPolicy, withPlanned } from "./planned.ts";
import { type Asked, type Call, callsOf, keyOf, simulate, type Surroundings } from "../aws/simulate.ts";

/**
 * The lines of the matrix whose result a run changes, by AWS's simulator: on AWS's present documents, and on the planned ones. Only lines
 * are asked for whose policies change, and none where the run changes no policy. The simulator knows neither trust policies nor resource
 * control policies.
 *
 * @returns the changed lines, or what could not be read, with AWS's error
 */
export async function turnedBy(changes: Pick<StackChanges, "resources">, settings: Settings): Promise<Warning[]> {
  const planned = plannedPolicies(changes);
  if (planned === undefined) return [];
  const missed = new Set<string>();
  const attempt = async <T>(_: string, call: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      missed.add(wordsOf(error));
      return undefined;
    }
  };
  const ids = Object.values(accountIdsIn(settings));
  const [above, identities] = await Promise.all([
    attempt("", () => readControlPolicies(ids, settings.organizationalUnits)),
    attempt("", () => identitiesIn(clientsIn(settings)(settings.authAccount), { ofAws: true })),
  ]);
  const turned: Warning[] = [];
  if (above !== undefined && identities !== undefined) {
    const both = settingsOfBoth(settings, planned);
    const around = (policies: typeof above): Surroundings => ({
      organizationId: knownOrganization()?.id ?? "",
      region: settings.region ?? region,
      hierarchy: (id) => hierarchyOf(policies, id),
    });
    const sides = [
      { identities, around: around(above) },
      { identities: withDeveloperPolicy(identities, planned), around: around(withPlanned(above, planned)) },
    ] as const;
    const asked = await attempt("", () => {
      const [now, then] = sides.map((side) => ({ ...side, lines: linesOf(both, side.identities) }));
      return now && then && differing(now, then);
    });
    const answers = await Promise.all(sides.map((side, index) => simulate(asked?.[index] ?? [], side.around, attempt)));
    turned.push(...turnedLines(answers[0] ?? [], answers[1] ?? [], settings));
  }
  const what = "effect of the changed policies";
  return [...turned, ...[...missed].map((reason): Warning => ({ kind: "not-looked-at", what, reason }))];
}

function linesOf(settings: Settings, identities: Parameters<typeof developerClasses>[0]): Asked[] {
  return [
    ...developerLines(settings, developerClasses(identities, settings)),
    ...authLines(settings),
    ...Object.keys(settings.developmentAccounts).flatMap((account) => accountLines(settings, account)),
  ];
}

interface Side {
  lines: Asked[];
  around: Surroundings;
}

/** The lines of calls that differ between the two sides; both sides have their calls in the same order. */
function differing(now: Side, then: Side): [Asked[], Asked[]] {
  const [calls, others] = [now, then].map(({ lines, around }) => callsOf(lines, around)) as [Call[], Call[]];
  const otherwise = calls.flatMap((call, index) => {
    const other = others[index];
    return other === undefined || keyOf(call) === keyOf(other) ? [] : [[call, other] as const];
  });
  return [otherwise.flatMap(([{ lines }]) => lines), otherwise.flatMap(([, { lines }]) => lines)];
}

/** One warning for all changed lines of a caller, with all credentials and accounts. */
export function turnedLines(
  now: MatrixLine[],
  then: MatrixLine[],
  settings: Pick<Settings, "authAccount" | "developmentAccounts">,
): Warning[] {
  const ids = new Map(Object.entries(accountIdsIn(settings)));
  const turned = now.flatMap((line, index) => {
    const [from, to] = [line.got, then[index]?.got];
    if (from === undefined || to === undefined || from === to) return [];
    return [{ ...line, from, to, on: placeOf(line.resource, ids.get(line.account) ?? "") }];
  });
  const byCredentials = mergedBy(turned, ["who", "account", "on", "from", "to", "action"], "credentials");
  const byAction = mergedBy(byCredentials, ["who", "credentials", "account", "on", "from", "to"], "action");
  const byAccount = mergedBy(byAction, ["who", "credentials", "on", "from", "to", "action"], "account");
  return byAccount.map(({ who, credentials, account, action, on, from, to }) => ({
    ...{ kind: "turned", who, credentials: [...new Set(credentials.split("\n"))] },
    ...{ accounts: [...new Set(account.split("\n"))], actions: [...new Set(action.split("\n"))] },
    ...(on !== "*" && { resource: on }),
    ...{ from, to },
  }));
}

/** A resource without its account, with NAME in place of the name that nobody has. */
const placeOf = (resource: string, accountId: string): string =>
  resource.replace(`arn:aws:iam::${accountId}:`, "").replace("mfa-admin-verify", "NAME");

type Turned = Record<"who" | "credentials" | "account" | "action" | "on", string> &
  Record<"from" | "to", "allowed" | "denied">;

/** Merges lines that differ in one property alone; the merged line has all of its values, a line each. */
function mergedBy(lines: Turned[], same: (keyof Turned)[], differs: "action" | "credentials" | "account"): Turned[] {
  const groups = Map.groupBy(lines, (line) => JSON.stringify(same.map((key) => line[key])));
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, [differs]: [first, ...others].map((one) => one[differs]).join("\n") }],
  );
}
