import { isInForce, lockIn, type LockKind } from "../../infra/lock.ts";
import type { Lock } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { developersBy } from "../engine/denials-in-aws.ts";
import type { Warning } from "../results/warning.ts";

/** Developers who have the same lock. */
export type LockedWarning = Extract<Warning, { kind: "locked" }>;

/** The developers on the roster who are locked now, by the policies on their users and roles in AWS. */
export function locks(
  { identities }: Pick<Look, "identities">,
  settings: Settings,
  held: StackBefore["held"] = [],
  now = Date.now(),
): LockedWarning[] {
  const developerOf = developersBy(settings, held);
  const found = new Map<string, Map<LockKind, Lock>>();
  for (const [account, own] of identities) {
    for (const { type, name, inlinePolicies } of own) {
      const developer = developerOf(account, { type, name });
      if (developer === undefined) continue;
      const locks = found.get(developer) ?? new Map<LockKind, Lock>();
      for (const { kind, ...lock } of inlinePolicies.flatMap((policy) => lockIn(policy) ?? [])) {
        // The user's lock counts, since the auth account comes first; the locks on the roles belong to it.
        if (isInForce(lock, now) && !locks.has(kind)) locks.set(kind, lock);
      }
      if (locks.size > 0) found.set(developer, locks);
    }
  }
  const each = [...found].flatMap(([developer, own]) =>
    [...own].map(([kind, lock]) => ({ developer, told: { all: kind === "all", ...lock } })),
  );
  return [...Map.groupBy(each, ({ told }) => JSON.stringify(told)).values()].flatMap((group) =>
    group[0] === undefined
      ? []
      : [{ kind: "locked" as const, developers: group.map(({ developer }) => developer), ...group[0].told }],
  );
}
