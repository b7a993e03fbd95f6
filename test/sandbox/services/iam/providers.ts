import { entityAlreadyExists, noSuchEntity, validationError } from "../../errors.ts";
import type { IdentityProvider } from "../../model/entities.ts";
import type { Names } from "../../model/names.ts";
import type { Call, Operations } from "../service.ts";

/** OpenID Connect and SAML providers. */
export const providerOperations: Operations = {
  CreateOpenIDConnectProvider: {
    on: newOpenIdConnectArn,
    run(call) {
      const { input } = call;
      const provider: IdentityProvider = {
        name: address(call),
        arn: newOpenIdConnectArn(call),
        created: call.now,
        clientIds: input.strings("ClientIDList"),
        thumbprints: input.strings("ThumbprintList"),
      };
      add(call.account.openIdConnectProviders, provider);
      return { OpenIDConnectProviderArn: provider.arn };
    },
  },
  GetOpenIDConnectProvider: {
    on: openIdConnectArn,
    run(call) {
      const { name, clientIds, thumbprints, created } = openIdConnectProvider(call);
      return { Url: name, ClientIDList: clientIds, ThumbprintList: thumbprints, CreateDate: created };
    },
  },
  ListOpenIDConnectProviders: {
    on: () => "*",
    run: ({ account }) => ({
      OpenIDConnectProviderList: [...account.openIdConnectProviders].map(({ arn }) => ({ Arn: arn })),
    }),
  },
  AddClientIDToOpenIDConnectProvider: {
    on: openIdConnectArn,
    run(call) {
      const provider = openIdConnectProvider(call);
      provider.clientIds = [...new Set([...provider.clientIds, call.input.string("ClientID")])];
      return {};
    },
  },
  UpdateOpenIDConnectProviderThumbprint: {
    on: openIdConnectArn,
    run(call) {
      openIdConnectProvider(call).thumbprints = call.input.strings("ThumbprintList");
      return {};
    },
  },
  DeleteOpenIDConnectProvider: {
    on: openIdConnectArn,
    run(call) {
      call.account.openIdConnectProviders.remove(openIdConnectProvider(call));
      return {};
    },
  },
  CreateSAMLProvider: {
    on: newSamlArn,
    run(call) {
      const provider: IdentityProvider = {
        name: call.input.name("Name"),
        arn: newSamlArn(call),
        created: call.now,
        clientIds: [],
        thumbprints: [],
        metadata: call.input.string("SAMLMetadataDocument"),
      };
      add(call.account.samlProviders, provider);
      return { SAMLProviderArn: provider.arn };
    },
  },
  GetSAMLProvider: {
    on: samlArn,
    run(call) {
      const { metadata, created } = samlProvider(call);
      return { SAMLMetadataDocument: metadata, CreateDate: created };
    },
  },
  ListSAMLProviders: {
    on: () => "*",
    run: ({ account }) => ({
      SAMLProviderList: [...account.samlProviders].map(({ arn, created }) => ({ Arn: arn, CreateDate: created })),
    }),
  },
  UpdateSAMLProvider: {
    on: samlArn,
    run(call) {
      const provider = samlProvider(call);
      provider.metadata = call.input.string("SAMLMetadataDocument");
      return { SAMLProviderArn: provider.arn };
    },
  },
  DeleteSAMLProvider: {
    on: samlArn,
    run(call) {
      call.account.samlProviders.remove(samlProvider(call));
      return {};
    },
  },
};

function address(call: Call): string {
  const url = call.input.string("Url");
  if (!url.startsWith("https://")) throw validationError("Invalid Open ID Connect Provider URL");
  return url.slice("https://".length).replace(/\/$/, "");
}

function newOpenIdConnectArn(call: Call): string {
  return call.account.arn(`oidc-provider/${address(call)}`);
}

function newSamlArn(call: Call): string {
  return call.account.arn(`saml-provider/${call.input.name("Name")}`);
}

function openIdConnectArn(call: Call): string {
  return call.input.string("OpenIDConnectProviderArn");
}

function samlArn(call: Call): string {
  return call.input.string("SAMLProviderArn");
}

const openIdConnectProvider = (call: Call): IdentityProvider =>
  withArn(call.account.openIdConnectProviders, openIdConnectArn(call));

const samlProvider = (call: Call): IdentityProvider => withArn(call.account.samlProviders, samlArn(call));

function withArn(providers: Names<IdentityProvider>, arn: string): IdentityProvider {
  const provider = providers.find((candidate) => candidate.arn === arn);
  if (provider === undefined) throw noSuchEntity(`Provider not found for arn ${arn}`);
  return provider;
}

function add(providers: Names<IdentityProvider>, provider: IdentityProvider): void {
  if (providers.isTaken(provider.name))
    throw entityAlreadyExists(`Provider with name ${provider.name} already exists.`);
  providers.add(provider);
}
