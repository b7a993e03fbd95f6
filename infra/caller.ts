import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

import { requestHandler } from "./network.ts";

type Credentials = ReturnType<typeof fromNodeProviderChain>;

/** The shared credentials, by the variables of the environment that choose them. */
const known = new Map<string, Credentials>();

/**
 * The caller's own credentials, for the `credentials` of every SDK client that acts by them. They are shared: each client alone would assume
 * the role of a profile anew, ask IAM Identity Center, or run the profile's `credential_process`. They are renewed before they expire.
 */
export function callerCredentials(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE } = process.env;
  const key = [AWS_ACCESS_KEY_ID, AWS_PROFILE].join(" ");
  // A region in it would be IAM Identity Center's, too, which has its own in the profile.
  const chain = known.get(key) ?? fromNodeProviderChain({ clientConfig: { requestHandler: requestHandler() } });
  known.set(key, chain);
  return chain;
}
