import { text } from "node:stream/consumers";

import { agents, CaBundleError } from "../../infra/network.ts";
import { ProxyError } from "../../infra/proxy.ts";
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

/** The sign-in endpoint, which the variables for AWS endpoints change, too. */
function signInEndpoint(): string {
  return process.env["AWS_ENDPOINT_URL_SIGNIN"] ?? process.env["AWS_ENDPOINT_URL"] ?? "https://signin.aws.amazon.com";
}

/** Gets a sign-in token. Errors never have the address, which contains the session. */
async function signInToken(federation: URL): Promise<string> {
  let status: string;
  try {
    const { statusCode, body } = await answerOf(federation);
    const { SigninToken } = (statusCode === 200 ? JSON.parse(body) : {}) as { SigninToken?: unknown };
    if (typeof SigninToken === "string") return SigninToken;
    status = `it answered ${statusCode}`;
  } catch (error) {
    if (error instanceof CaBundleError || error instanceof ProxyError) throw error;
    status = error instanceof SyntaxError ? "it answered something else" : "it could not be reached";
  }
  throw new Failure(
    `The sign-in service at ${federation.origin} gave no token: ${status}.`,
    "Log in again with mfa-admin login; check the network if it goes on.",
  );
}

/** Sends a request through the agents of the AWS clients: `fetch` uses no proxy. */
async function answerOf(address: URL): Promise<{ statusCode: number; body: string }> {
  const [{ get }, agent] =
    address.protocol === "http:"
      ? [await import("node:http"), agents().httpAgent]
      : [await import("node:https"), agents().httpsAgent];
  return new Promise((resolve, reject) => {
    get(address, { agent, signal: AbortSignal.timeout(20_000) }, (response) => {
      text(response).then((body) => {
        resolve({ statusCode: response.statusCode ?? 0, body });
      }, reject);
    }).on("error", reject);
  });
}
