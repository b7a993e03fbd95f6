import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";

/** What Pulumi's URLs of buckets and keys (`s3://`, `awskms://`) say to an AWS client; the environment says the rest. */
export async function clientConfiguration({ searchParams }: URL): Promise<{
  region?: string;
  endpoint?: string;
  credentials?: AwsCredentialIdentityProvider;
}> {
  const region = searchParams.get("region");
  const profile = searchParams.get("profile");
  const endpoint = searchParams.get("endpoint");
  const plain = ["disableSSL", "disable_https"].some((key) => searchParams.get(key) === "true");
  return {
    ...(region !== null && { region }),
    ...(endpoint !== null && {
      endpoint: endpoint.includes("://") ? endpoint : `${plain ? "http" : "https"}://${endpoint}`,
    }),
    ...(profile !== null && { credentials: await profileCredentials(profile) }),
  };
}

async function profileCredentials(profile: string): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return fromNodeProviderChain({ profile });
}
