import { accountsOf, roleNameOf } from "../../infra/names.ts";
import { reservedAccountNames } from "../../infra/account-names.ts";
import type { Settings } from "../../infra/settings.ts";
import { type UnreachableAccount, unreachableAccounts } from "../aws/account-reach.ts";
import type { Stack } from "../engine/automation.ts";
import { identityOfResource } from "../changes/step.ts";
import { developerIn, nameIn } from "../changes/urn.ts";
import type { Resource } from "../engine/deployment.ts";
import { givenBy } from "../changes/given.ts";
import { goWithout } from "../engine/stack.ts";
import { accountIdOf, isIn, type UnreachedAccount, unreachedBy } from "../engine/unreached.ts";
import { Failure } from "../failure.ts";
import type { Warning } from "../results/warning.ts";
import { isGone, stateWords } from "../report/unreached-wording.ts";

export interface ReachOptions {
  /** The resources of the state. */
  resources: Resource[];
  settings: Settings;
  deleting: boolean;
  /** Names of accounts that are to be forgotten. */
  forget: string[];
  /** The accounts of the settings that cannot be reached. */
  found: UnreachableAccount[];
}

/**
 * Has the runs on a stack skip the development accounts of the state that cannot be reached, whether the settings still name them
 * or not.
 *
 * @throws Failure for an unreachable account that the state does not have yet, which is a mistake in an edit; and when an account
 * to forget is not gone
 */
export async function goWithoutUnreached(stack: Stack, options: ReachOptions): Promise<void> {
  const { resources, settings, deleting, forget, found } = options;
  const known = knownAccounts(resources);
  const isNamed = (name: string): boolean => Object.hasOwn(settings.developmentAccounts, name);
  const left = Object.fromEntries(Object.entries(known).filter(([name]) => !isNamed(name)));
  const unreached: UnreachedAccount[] = [];
  for (const account of [...found, ...(await unreachableAccounts(left, settings.accessRole))]) {
    const own = resources.filter((resource) => isIn([account], resource));
    if (!Object.hasOwn(known, account.name)) throw refusalOf(account);
    unreached.push({ ...account, resources: own, given: givenBy(resources), forget: forget.includes(account.name) });
  }
  for (const name of forget) requireForgettable(name, unreached, !deleting && isNamed(name));
  goWithout(stack, unreached);
}

/** The development accounts that the state has a provider for, by name. */
function knownAccounts(resources: Resource[]): Record<string, string> {
  return Object.fromEntries(
    resources.flatMap((resource) => {
      const [id, name] = [accountIdOf(resource), nameIn(resource.urn)];
      const isProvider = resource.type === "pulumi:providers:aws-native";
      return isProvider && !reservedAccountNames.includes(name) && id !== undefined ? [[name, id]] : [];
    }),
  );
}

function refusalOf({ name, id, refusal, state }: UnreachableAccount): Failure {
  if (state === "ACTIVE" || state === "unknown") return refusal;
  return new Failure(`${name} (${id}) ${stateWords(state)}. ${refusal.message}`, "Name another account.", {
    cause: refusal,
    setting: ["developmentAccounts", name],
  });
}

function requireForgettable(name: string, unreached: UnreachedAccount[], isNamed: boolean): void {
  const account = unreached.find((one) => one.name === name);
  if (account === undefined) {
    throw new Failure(
      `--forget-account ${name}: the stack has no account of this name that cannot be reached.`,
      "What is in an account that can be reached is deleted, not forgotten: run the command without the flag.",
    );
  }
  if (!isGone(account.state)) {
    throw new Failure(
      `--forget-account ${name}: the account ${account.id} is ${account.state === "unknown" ? "there, as far as can be told" : "active"}, and the roles there would go on letting people in. ${account.refusal.message}`,
      "Nothing was changed. Make the access role work again.",
    );
  }
  if (isNamed) {
    throw new Failure(
      `--forget-account ${name}: the settings still name the account, which ${stateWords(account.state)}.`,
      `Nothing was changed. Take ${name} out of developmentAccounts, and out of the developers' accounts, first.`,
      { setting: ["developmentAccounts", name] },
    );
  }
}

/** Warnings about the accounts that a run on the stack cannot reach, for its report. */
export function unreachedWarnings(stack: Stack, settings: Settings): Warning[] {
  return unreachedBy(stack).map((account): Warning => {
    const { name, id, state, refusal, resources, forget } = account;
    const there = resources.map((resource) => ({ developer: developerIn(resource) ?? "", role: roleOf(resource) }));
    const isNamed = Object.hasOwn(settings.developmentAccounts, name);
    const wanted = !isNamed
      ? []
      : Object.keys(settings.developers).filter((one) => accountsOf(settings, one).includes(name));
    const notMade = wanted.filter((one) => !there.some(({ developer }) => developer === one));
    const notDeleted = there.filter(({ developer }) => !wanted.includes(developer));
    return {
      kind: forget ? "account-forgotten" : "account-unreached",
      account: name,
      accountId: id,
      state,
      reason: refusal.message,
      named: isNamed,
      roles: there.map(({ role }) => role).sort(),
      notMade: notMade.map((one) => roleNameOf(settings, one)).sort(),
      notDeleted: notDeleted.map(({ role }) => role).sort(),
    };
  });
}

const roleOf = (resource: Resource): string => identityOfResource(resource).name;
