import { deniesEverything } from "../../infra/older-sessions.ts";
import { revocationPolicy } from "../../infra/offboarding.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import type { Danger, Warning } from "../results/warning.ts";
import { type Denied, developersBy } from "../engine/denials-in-aws.ts";

/** Somebody on the roster whose user or roles carry the policy with which a removal begins. */
export type CutOffWarning = Extract<Warning, { kind: "cut-off" }>;

/** Who is on the roster and can do nothing all the same: a removal was broken off, or the roster was put back after it. */
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

/** What `--lift-denials` takes off in AWS itself: the state knows nothing of it. */
export function liftedByHand(found: CutOffWarning[], denied: Denied[]): Danger[] {
  const resources = [
    ...found.flatMap((one) => one.resources.map((resource) => ({ ...resource, policies: [revocationPolicy] }))),
    ...denied.map(({ resource, policies }) => ({ ...resource, policies })),
  ];
  return resources.length === 0 ? [] : [{ kind: "denials-lifted", refused: false, resources }];
}
