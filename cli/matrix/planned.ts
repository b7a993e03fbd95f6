/** The policies in a run's steps that the matrix depends on: pure functions. */

import { dayBefore, exemptionEnds, exemptionsOf } from "../../infra/exemptions.ts";
import { guardRailNames, guardRailsIn } from "../../infra/guard-rails.ts";
import { isSameDocument, spelledDocument } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { StackChanges, StackResource } from "../changes/resource.ts";
import type { ControlPolicies } from "./control-policies.ts";

/** A service control policy of the stack, with all names that it has had; `after` is missing where it is deleted. */
interface PlannedControlPolicy {
  names: string[];
  after?: { name: string; content: string; targetIds: string[] };
}

/** The policies after a run. */
export interface Planned {
  controlPolicies: PlannedControlPolicy[];
  /** The developers' policy after the run; undefined where it stays. */
  developerPolicy?: unknown;
  /** The documents before the run, whose guard rails and exemptions have lines, too. */
  before: { controlContents: unknown[]; developerPolicy: unknown };
}

type Properties = Record<string, unknown>;

/**
 * The policies that a run changes.
 *
 * @returns undefined where it changes none, and where it creates all of them: no line of the matrix holds yet
 */
export function plannedPolicies({ resources }: Pick<StackChanges, "resources">): Planned | undefined {
  const control = resources.filter(
    ({ type, before, after }) =>
      ["service control policy", "guard rail", "own service control policy"].includes(type) &&
      [before, after].some((one) => one?.["type"] === "SERVICE_CONTROL_POLICY"),
  );
  const developers = resources.find(({ type, account }) => type === "managed policy" && account === "auth");
  const changed = control.filter(isOtherwise);
  const isPolicyChanged = developers !== undefined && isOtherwise(developers);
  const isThere = control.some(({ type, before }) => type === "service control policy" && before !== undefined);
  if (!isThere || (changed.length === 0 && !isPolicyChanged)) return undefined;
  return {
    controlPolicies: changed.map(({ before, after }) => ({
      names: [before, after].flatMap((one) => (typeof one?.["name"] === "string" ? [one["name"]] : [])),
      ...(after && {
        after: { name: String(after["name"]), content: textOf(after["content"]), targetIds: targetsOf(after) },
      }),
    })),
    ...(isPolicyChanged && { developerPolicy: developers.after?.["policyDocument"] }),
    before: {
      controlContents: control.flatMap(({ before }) => (before === undefined ? [] : [before["content"]])),
      developerPolicy: developers?.before?.["policyDocument"],
    },
  };
}

/** Whether a run changes a policy's document or targets. */
function isOtherwise({ operation, before, after }: StackResource): boolean {
  if (operation === "same") return false;
  if (before === undefined || after === undefined) return true;
  const document = "content" in after ? "content" : "policyDocument";
  if (!isSameDocument(before[document], after[document])) return true;
  return targetsOf(before).sort().join() !== targetsOf(after).sort().join();
}

const targetsOf = ({ targetIds }: Properties): string[] => (Array.isArray(targetIds) ? targetIds.map(String) : []);

/** A document's JSON in IAM's spelling: documents that were read back are spelt otherwise. */
const textOf = (document: unknown): string => JSON.stringify(spelledDocument(document));

/** The control policies above the accounts, with the planned ones in place of those that they replace. */
export function withPlanned(above: ControlPolicies, { controlPolicies }: Pick<Planned, "controlPolicies">) {
  const gone = new Set(controlPolicies.flatMap(({ names }) => names));
  const coming = controlPolicies.flatMap(({ after }) => after ?? []);
  const levels = new Map(
    [...above.levels].map(([account, path]) => [
      account,
      path.map(({ id, policies }) => ({
        id,
        policies: [
          ...policies.filter(({ name, type }) => type !== "SERVICE_CONTROL_POLICY" || !gone.has(name)),
          ...coming
            .filter(({ targetIds }) => targetIds.includes(id))
            .map(({ name, content }) => ({ name, type: "SERVICE_CONTROL_POLICY" as const, content })),
        ],
      })),
    ]),
  );
  return { ...above, levels };
}

/** The auth account's identities with the planned developers' policy. */
export function withDeveloperPolicy(identities: Identity[], { developerPolicy }: Pick<Planned, "developerPolicy">) {
  if (developerPolicy === undefined) return identities;
  return identities.map((one) =>
    one.type === "managed policy" && one.name === "mfa-admin-developer" ? { ...one, document: developerPolicy } : one,
  );
}

/** Settings that give the lines of both the planned and the present settings, as far as the present policies tell. */
export function settingsOfBoth(settings: Settings, { before }: Pick<Planned, "before">): Settings {
  const { controlContents, developerPolicy } = before;
  const guarded = guardRailNames.filter(
    (name) =>
      settings.guardRails.includes(name) || controlContents.some((content) => guardRailsIn(content).includes(name)),
  );
  const known = new Set(exemptionsOf(settings).map(({ arn }) => arn));
  const names = new Map(Object.entries(settings.developmentAccounts).map(([name, id]) => [id, name]));
  const exempt = controlContents.flatMap((content) =>
    Object.entries(exemptionEnds(content)).flatMap(([arn, end]) => {
      const [, id = "", user = ""] = /^arn:aws:iam::(\d{12}):user\/(.+)$/.exec(arn) ?? [];
      return known.has(arn) ? [] : [[`${names.get(id) ?? id}/${user}`, { until: dayBefore(end), reason: "" }] as const];
    }),
  );
  const isMfaLimited = JSON.stringify(developerPolicy ?? "").includes("MultiFactorAuthAge");
  return {
    ...settings,
    guardRails: guarded,
    exempt: { ...Object.fromEntries(exempt), ...settings.exempt },
    ...(settings.mfaMaxAge === undefined && isMfaLimited && { mfaMaxAge: 3600 }),
  };
}
