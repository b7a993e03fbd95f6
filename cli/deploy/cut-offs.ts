import { deniesEverything } from "../../infra/older-sessions.ts";
import { revocationPolicy } from "../../infra/offboarding.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import type { Danger, Warning } from "../results/warning.ts";
import { type Denied, developersBy } from "../engine/denials-in-aws.ts";

/** A developer on the roster whose user or roles have the policy with which a removal begins. */
export type CutOffWarning = Extract<Warning, { kind: "cut-off" }>;

/** The developers on the roster who are cut off: a removal was interrupted, or the roster was restored after it. */
export function cutOffs({ identities }: Pick<Look, "identities">, settings: Settings): CutOffWarning[] {
  const developerOf = developersBy(settings);
  const found = [...identities].flatMap(([account, own]) =>
    own.flatMap(({ type, name, inlinePolicies }) => {
      const developer = developerOf(account, { type, name });
      const denies = inlinePolicies.some((one) => one.name === revocationPolicy && deniesEverything(one.document));
      return developer !== undefined && denies ? [{ developer, resource: { account, type, name } }] : [];
    }),
  );
  return [...Map.groupBy(found, ({ developer }) => developer)].map(([developer, own]) => ({
    kind: "cut-off",
    developer,
    resources: own.map(({ resource }) => resource),
  }));
}

/** The denials that `--lift-denials` removes in AWS itself, since the state does not have them. */
export function liftedByHand(found: CutOffWarning[], denied: Denied[]): Danger[] {
  const resources = [
    ...found.flatMap((one) => one.resources.map((resource) => ({ ...resource, policies: [revocationPolicy] }))),
    ...denied.map(({ resource, policies }) => ({ ...resource, policies })),
  ];
  return resources.length === 0 ? [] : [{ kind: "denials-lifted", refused: false, resources }];
}
