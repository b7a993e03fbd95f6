import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";

import { requestHandler } from "../../infra/network.ts";
import { iamPatience } from "../../infra/unanswered.ts";
import { openSession } from "../aws/session.ts";

/** The configuration of an AWS client in one of Pulumi's URLs of buckets and keys (`s3://`, `awskms://`); the rest is the environment's. */
export async function clientConfigurationIn({ searchParams }: URL): Promise<{
  region?: string;
  endpoint?: string;
  credentials?: AwsCredentialIdentityProvider;
  requestHandler: ReturnType<typeof requestHandler>;
}> {
  const region = searchParams.get("region");
  const profile = searchParams.get("profile");
  if (profile === null) await openSession();
  const endpoint = searchParams.get("endpoint");
  const plain = isTrue(searchParams, "disableSSL", "disable_https");
  return {
    requestHandler: requestHandler(iamPatience),
    ...(region !== null && { region }),
    ...(endpoint !== null && {
      endpoint: endpoint.includes("://") ? endpoint : `${plain ? "http" : "https"}://${endpoint}`,
    }),
    ...(profile !== null && { credentials: await profileCredentials(profile) }),
  };
}

/** Whether one of some query parameters is true, as Pulumi parses it. */
export function isTrue(parameters: URLSearchParams, ...names: string[]): boolean {
  return names.some((name) => /^(1|t|true)$/i.test(parameters.get(name) ?? ""));
}

async function profileCredentials(profile: string): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return fromNodeProviderChain({ profile, clientConfig: { requestHandler: requestHandler() } });
}
