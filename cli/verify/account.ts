import { type IAMClient, ListOpenIDConnectProvidersCommand, ListSAMLProvidersCommand } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accessKeysOf } from "../../infra/access-keys.ts";
import { hasRootKey } from "../aws/credentials-without-mfa.ts";
import { type Identity, identitiesIn } from "../aws/identities.ts";
import type { Attempt } from "../aws/missed.ts";

/** The principals and credentials of an account that may let somebody in. */
export interface AccountInAws {
  /** The account's name in the settings, or "auth". */
  name: string;
  id: string;
  identities: Identity[];
  /** ARNs of OIDC and SAML providers. */
  providers: string[];
  hasRootKey: boolean;
  /** The number of active access keys of each user who is not on the roster. */
  keys: Map<string, number>;
}

/**
 * Reads an account: one call for its identities, one for its summary, two for its providers, and one for each user who is not on the
 * roster.
 *
 * @returns undefined where the identities cannot be read
 */
export async function readAccount(
  iam: IAMClient,
  { name, id, roster }: { name: string; id: string; roster: string[] },
  attempt: Attempt,
): Promise<AccountInAws | undefined> {
  const identities = await attempt(`account ${name}`, () => identitiesIn(iam, { ofAws: name === "auth" }));
  if (identities === undefined) return undefined;
  const strangers = identities.filter((one) => one.type === "user" && !(name === "auth" && roster.includes(one.name)));
  const [providers, rootKey, keys] = await Promise.all([
    attempt(`the identity providers of ${name}`, () => providersIn(iam)),
    attempt(`the root user's access keys of ${name}`, () => hasRootKey(iam)),
    attempt(`the access keys of ${name}`, () => keysOf(iam, strangers)),
  ]);
  return {
    name,
    id,
    identities,
    providers: providers ?? [],
    hasRootKey: rootKey === true,
    keys: keys ?? new Map<string, number>(),
  };
}

async function providersIn(iam: IAMClient): Promise<string[]> {
  const [{ OpenIDConnectProviderList = [] }, { SAMLProviderList = [] }] = await Promise.all([
    iam.send(new ListOpenIDConnectProvidersCommand({})),
    iam.send(new ListSAMLProvidersCommand({})),
  ]);
  return [...OpenIDConnectProviderList, ...SAMLProviderList].map(({ Arn = "" }) => Arn);
}

async function keysOf(iam: IAMClient, users: Identity[]): Promise<Map<string, number>> {
  const counted = await pMap(
    users,
    async ({ name }) => {
      const keys = await accessKeysOf(iam, name);
      return [name, keys.filter(({ Status }) => Status === "Active").length] as const;
    },
    { concurrency: 4 },
  );
  return new Map(counted);
}
