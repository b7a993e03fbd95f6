import type { OtherForm } from "../../infra/context.ts";
import { accountsOf, entersEveryAccount } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { developerIn, nameIn, providerUrnIn } from "../changes/urn.ts";
import type { Stack } from "./automation.ts";
import type { Resource } from "./deployment.ts";
import { accountIdOf } from "./unreached.ts";

/**
 * From one form of roles to the other: what the stack has of the form that the settings have left goes on working beside the new one,
 * until the administrator says that the switch is finished. It is read from the state, so that whatever run was broken off, the next
 * one goes on.
 */

const byStack = new WeakMap<Stack["workspace"], OtherForm>();

/** Has the runs on a stack keep what is left of the other form. */
export function keepOtherForm(stack: Stack, form: OtherForm | undefined): void {
  if (form !== undefined) byStack.set(stack.workspace, form);
}

/** What the runs on a stack keep of the other form; nothing where there is none, or it is to go. */
export function otherFormKeptBy({ workspace }: Pick<Stack, "workspace">): OtherForm | undefined {
  // As for what is unreached: a derived stack has a derived workspace.
  for (let one: object | null = workspace; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    const form = byStack.get(one as Stack["workspace"]);
    if (form !== undefined) return form;
  }
  return undefined;
}

/**
 * What the state has of the other form, as far as the settings still give it: nobody keeps a role in an account that was taken from
 * them, or who has left.
 *
 * @param unreached names of accounts whose roles stay for another reason
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

/** Whether the settings still let somebody into an account, by whatever name it has there. */
function isGiven(settings: Settings, developer: string, account: string, accountId: string): boolean {
  if (!Object.hasOwn(settings.developers, developer)) return false;
  if (entersEveryAccount(settings, developer)) return true;
  const { developmentAccounts } = settings;
  return accountsOf(settings, developer).some((name) =>
    Object.hasOwn(developmentAccounts, name) ? developmentAccounts[name] === accountId : name === account,
  );
}
