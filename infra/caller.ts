import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentity } from "@aws-sdk/types";

import { requestHandler } from "./network.ts";
import { region } from "./region.ts";

type Credentials = ReturnType<typeof fromNodeProviderChain>;

/** The shared credentials, by the variables of the environment that choose them. */
const known = new Map<string, Credentials>();

function variables(): string {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE } = process.env;
  return [AWS_ACCESS_KEY_ID, AWS_PROFILE].join(" ");
}

/**
 * The caller's own credentials, for the `credentials` of every SDK client that acts by them. They are shared: each client alone would assume
 * the role of a profile anew, ask IAM Identity Center, or run the profile's `credential_process`. They are renewed before they expire.
 */
export function callerCredentials(): Credentials {
  // A region in it would be IAM Identity Center's, too, which has its own in the profile.
  const chain = known.get(variables()) ?? fromNodeProviderChain({ clientConfig: { requestHandler: requestHandler() } });
  known.set(variables(), chain);
  return chain;
}

/**
 * The configuration of an AWS SDK client that acts by the caller's own credentials. Services throttle early; the SDK waits longer before each
 * attempt.
 */
export function callerConfiguration(): {
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  requestHandler: ReturnType<typeof requestHandler>;
} {
  return { region, credentials: callerCredentials(), maxAttempts: 8, requestHandler: requestHandler() };
}

/** Milliseconds before its expiration at which a session is renewed, as by the SDK itself. */
const margin = 300_000;

/** Has a session that was opened for the caller used until it nears its expiration. */
export function noteCallerSession(session: AwsCredentialIdentity): void {
  const chain = callerCredentials();
  const isLive = (): boolean => session.expiration === undefined || session.expiration.getTime() - Date.now() > margin;
  known.set(variables(), (options) => (isLive() ? Promise.resolve(session) : chain(options)));
}
