import type { OtherForm } from "../../infra/context.ts";
import { accountsOf, entersEveryAccount } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { developerIn, nameIn, providerUrnIn } from "../changes/urn.ts";
import type { Stack } from "./automation.ts";
import type { Resource } from "./deployment.ts";
import { accountIdOf, unreachedNames } from "./unreached.ts";

/**
 * The switch from one form of roles (each developer's own, or shared) to the other. The roles of the old form go on working beside
 * the new ones until the administrator finishes the switch. They are read from the state, so that the next run can go on wherever a
 * run was interrupted.
 */

const byStack = new WeakMap<Stack["workspace"], OtherForm>();

/** Has the runs on a stack keep what is left of the old form, or nothing. */
export function keepOtherForm({ workspace }: Pick<Stack, "workspace">, form: OtherForm | undefined): void {
  if (form === undefined) byStack.delete(workspace);
  else byStack.set(workspace, form);
}

/** Updates it from the state, which may have been repaired since: the program registers the roles of the old form as the state has them. */
export function lookAgainAtOtherForm(stack: Stack, resources: Resource[], settings: Settings): void {
  if (otherFormKeptBy(stack) === undefined) return;
  keepOtherForm(stack, otherFormIn(resources, settings, unreachedNames(stack)));
}

/** The part of the old form that the runs on a stack keep; undefined where there is none, or it is to be deleted. */
export function otherFormKeptBy({ workspace }: Pick<Stack, "workspace">): OtherForm | undefined {
  // As in unreachedBy: a derived stack has a derived workspace.
  for (let one: object | null = workspace; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    const form = byStack.get(one as Stack["workspace"]);
    if (form !== undefined) return form;
  }
  return undefined;
}

/**
 * The part of the old form in the state that the settings still give: a developer who has left the roster, or an account, keeps no
 * role there.
 *
 * @param unreached names of accounts that cannot be reached, whose roles stay for that reason
 */
export function otherFormIn(resources: Resource[], settings: Settings, unreached: string[]): OtherForm | undefined {
  const living = resources.filter((resource) => resource.delete !== true);
  if (settings.roles !== "shared") {
    const stackSet = living.find(({ type }) => type === "aws-native:cloudformation:StackSet")?.inputs;
    return stackSet === undefined ? undefined : { roles: [], accounts: {}, stackSet };
  }
  const providers = new Map(living.map((resource) => [resource.urn, resource]));
  const kept = living.flatMap((resource) => {
    const [developer, account] = [developerIn(resource), nameIn(resource.provider ?? "")];
    const provider = providers.get(providerUrnIn(resource.provider ?? ""));
    const accountId = provider === undefined ? undefined : accountIdOf(provider);
    if (resource.type !== "aws-native:iam:Role" || developer === undefined || accountId === undefined) return [];
    if (unreached.includes(account) || !isGiven(settings, developer, account, accountId)) return [];
    return [{ developer, account, accountId, inputs: resource.inputs ?? {} }];
  });
  if (kept.length === 0) return undefined;
  return {
    roles: kept.map(({ developer, account, inputs }) => ({ developer, account, inputs })),
    accounts: Object.fromEntries(kept.map(({ account, accountId }) => [account, accountId])),
  };
}

/** Whether the settings still let the developer into the account, whatever its name in the settings is now. */
function isGiven(settings: Settings, developer: string, account: string, accountId: string): boolean {
  if (!Object.hasOwn(settings.developers, developer)) return false;
  if (entersEveryAccount(settings, developer)) return true;
  const { developmentAccounts } = settings;
  return accountsOf(settings, developer).some((name) =>
    Object.hasOwn(developmentAccounts, name) ? developmentAccounts[name] === accountId : name === account,
  );
}
