import { Failure } from "../failure.ts";
import type { Session } from "./memory.ts";

/**
 * An address that signs in to the console as a session's role (IAM User Guide, "Enabling custom identity broker access to
 * the AWS console"). The sign-in lasts as long as the session.
 */
export async function consoleAddress(session: Session): Promise<string> {
  const { accessKeyId: sessionId, secretAccessKey: sessionKey, sessionToken } = session;
  const federation = new URL("/federation", signInEndpoint());
  federation.search = new URLSearchParams({
    Action: "getSigninToken",
    SessionType: "json",
    Session: JSON.stringify({ sessionId, sessionKey, sessionToken }),
  }).toString();
  const token = await signInToken(federation);
  federation.search = new URLSearchParams({
    Action: "login",
    Issuer: "mfa-admin",
    Destination: "https://console.aws.amazon.com/",
    SigninToken: token,
  }).toString();
  return federation.href;
}

/** The same variables that move the other AWS endpoints. */
function signInEndpoint(): string {
  return process.env["AWS_ENDPOINT_URL_SIGNIN"] ?? process.env["AWS_ENDPOINT_URL"] ?? "https://signin.aws.amazon.com";
}

/** Errors never carry the address: the session stands in it. */
async function signInToken(federation: URL): Promise<string> {
  let status: string;
  try {
    const response = await fetch(federation, { signal: AbortSignal.timeout(20_000) });
    const { SigninToken } = (response.ok ? await response.json() : {}) as { SigninToken?: unknown };
    if (typeof SigninToken === "string") return SigninToken;
    status = `it answered ${response.status}`;
  } catch {
    status = "it could not be reached";
  }
  throw new Failure(
    `The sign-in service at ${federation.origin} gave no token: ${status}.`,
    "Log in again with mfa-admin login; check the network if it goes on.",
  );
}
