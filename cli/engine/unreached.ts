import type { Unreached } from "../../infra/context.ts";
import type { UnreachableAccount } from "../aws/account-reach.ts";
import type { Stack } from "./automation.ts";
import { isCloudResource } from "../changes/step.ts";
import { developerIn, nameIn, providerUrnIn } from "../changes/urn.ts";
import type { Deployment, Resource } from "./deployment.ts";
import { type Given, givenBy } from "../changes/given.ts";

/** An account that the runs on a stack cannot reach: its resources are neither read nor changed. */
export interface UnreachedAccount extends UnreachableAccount {
  /** The stack's resources in the account. */
  resources: Resource[];
  /** The policies that the stack gave to its roles when it was last applied. */
  given: Given;
  /** Whether the resources are removed from the state, as the administrator has consented to. */
  forget: boolean;
}

const byStack = new WeakMap<Stack["workspace"], UnreachedAccount[]>();

export function setUnreached(stack: Stack, accounts: UnreachedAccount[]): void {
  byStack.set(stack.workspace, accounts);
}

export function unreachedBy({ workspace }: Pick<Stack, "workspace">): UnreachedAccount[] {
  // A stack derived from the opened one (Object.create) has a workspace derived from that one's.
  for (let one: object | null = workspace; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    const accounts = byStack.get(one as Stack["workspace"]);
    if (accounts !== undefined) return accounts;
  }
  return [];
}

export function unreachedNames(stack: Stack): string[] {
  return unreachedBy(stack).map(({ name }) => name);
}

/** Updates the accounts' resources from the state: a resource that is gone by now must not be made again. */
export function lookAgain(stack: Stack, resources: Resource[]): void {
  const accounts = unreachedBy(stack);
  const own = (account: UnreachedAccount): Resource[] => resources.filter((resource) => isIn([account], resource));
  setUnreached(
    stack,
    accounts.map((account) => ({ ...account, resources: own(account), given: givenBy(resources) })),
  );
}

/** The accounts as the program needs them: it registers their roles unchanged, since it must not touch them. */
export function unreachedInProgram(accounts: UnreachedAccount[]): Unreached {
  return {
    accounts: Object.fromEntries(accounts.map(({ name, id }) => [name, id])),
    roles: accounts.flatMap(({ name, resources }) =>
      resources
        .filter((resource) => resource.delete !== true)
        .map((resource) => ({
          developer: developerIn(resource) ?? "",
          account: name,
          inputs: resource.inputs ?? {},
        })),
    ),
    permissions: [...new Set(accounts.flatMap(({ given }) => given.permissions))],
  };
}

/** The account id in the inputs of a provider of the state; undefined where it has none. */
export function accountIdOf({ inputs = {} }: Resource): string | undefined {
  return /\d{12}/.exec(JSON.stringify(inputs["allowedAccountIds"] ?? ""))?.[0];
}

/** Whether a resource is in one of these accounts. */
export function isIn(accounts: { name: string }[], { type, provider = "" }: Resource): boolean {
  return isCloudResource({ type }) && accounts.some(({ name }) => nameIn(provider) === name);
}

/** The URNs of all that has to stay in the state while these accounts cannot be reached. */
export function stayingBehind({ resources }: Deployment, accounts: { name: string }[]): Set<string> {
  const urns = new Set<string>();
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  for (const resource of resources.filter((one) => isIn(accounts, one))) {
    const provider = resource.provider && providerUrnIn(resource.provider);
    if (provider !== undefined) urns.add(provider);
    for (let one: Resource | undefined = resource; one !== undefined; one = byUrn.get(one.parent ?? ""))
      urns.add(one.urn);
  }
  return urns;
}

/**
 * Has the accounts' providers start without validating their credentials, which would fail the whole run. The next run that reaches
 * the account has them validate again.
 *
 * @returns whether anything was changed
 */
export function letProvidersStart({ resources }: Deployment, accounts: { name: string }[]): boolean {
  const asking = resources.filter(
    ({ type, urn, inputs = {} }) =>
      type === "pulumi:providers:aws-native" &&
      accounts.some(({ name }) => name === nameIn(urn)) &&
      String(inputs["skipCredentialsValidation"]) !== "true",
  );
  for (const provider of asking) {
    provider.inputs = { ...provider.inputs, skipCredentialsValidation: "true" };
    provider.outputs = { ...provider.outputs, skipCredentialsValidation: "true" };
  }
  return asking.length > 0;
}

/** Removes these URNs from the dependencies of all other resources. @returns whether any depended on them */
export function letGo({ resources }: Deployment, urns: Set<string>): boolean {
  const staying = resources.filter(({ urn }) => !urns.has(urn));
  const dependent = staying.filter(({ dependencies = [] }) => dependencies.some((urn) => urns.has(urn)));
  for (const resource of dependent) {
    resource.dependencies = resource.dependencies?.filter((urn) => !urns.has(urn)) ?? [];
    for (const [property, on] of Object.entries(resource.propertyDependencies ?? {})) {
      resource.propertyDependencies = {
        ...resource.propertyDependencies,
        [property]: on.filter((urn) => !urns.has(urn)),
      };
    }
  }
  return dependent.length > 0;
}
