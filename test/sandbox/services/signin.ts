import { equal, stillExists } from "../authentication.ts";
import { AwsError } from "../errors.ts";
import { Input } from "../input.ts";
import type { Caller } from "../model/caller.ts";
import type { Session } from "../model/credential-store.ts";
import type { LocalAws } from "../model/local-aws.ts";
import type { Protocol } from "../protocols/protocol.ts";
import type { Service } from "./service.ts";

/** The path of the federation endpoint, which takes session credentials without a signature. */
export const FEDERATION_PATH = "/federation";

const TOKEN_MINUTES = 15;
const HOUR = 3600;

/** Parameters in the address or in a form; tokens as JSON, errors as plain text. */
const protocol: Protocol = {
  parse(request) {
    const form = new URLSearchParams(request.method === "POST" ? request.body.toString() : request.query);
    const { Action: action = "", ...input } = Object.fromEntries(form);
    return { action, input };
  },
  success: (_action, output) => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(output),
  }),
  failure: ({ message, status }) => ({ status, headers: { "content-type": "text/plain" }, body: message }),
};

/** The federation endpoint, which makes a console sign-in address of a role's session. */
export const signin: Service = {
  name: "signin",
  permissionPrefix: "signin",
  protocol,
  operations: {
    getSigninToken: {
      run({ aws, caller, input, now }) {
        if (caller.type !== "AssumedRole") throw invalid("credentials");
        if (!["", "json"].includes(input.optional("SessionType") ?? "")) throw invalid("SessionType");
        if (input.optional("SessionDuration") !== undefined) {
          input.integer("SessionDuration", 0, HOUR / 4, 12 * HOUR);
          // AWS refuses a duration here, since a chained session is limited to an hour.
          if (caller.chained) throw invalid("credentials");
        }
        const expires = new Date(now.getTime() + TOKEN_MINUTES * 60_000);
        return { SigninToken: aws.credentials.createSigninToken(caller, expires) };
      },
    },
    /** AWS opens the destination; the sandbox answers with the caller who would see it. */
    login: {
      run({ caller, input }) {
        const destination = input.optional("Destination") ?? "";
        if (!URL.canParse(destination)) throw invalid("Destination");
        return {
          Account: caller.accountId,
          Arn: caller.arn,
          Destination: destination,
          Issuer: input.optional("Issuer"),
        };
      },
    },
  },
};

/** The caller of the federation endpoint, from the session or the token among the parameters. */
export function federatedCaller(aws: LocalAws, action: string, values: Record<string, unknown>): Caller {
  const input = new Input(values);
  if (action === "login") {
    const token = aws.credentials.signinToken(input.optional("SigninToken") ?? "");
    if (token === undefined || token.expires <= aws.clock.now()) throw invalid("SigninToken");
    return token.caller;
  }
  const session = sessionOf(aws, input.optional("Session") ?? "");
  if (session === undefined || session.expires <= aws.clock.now() || !stillExists(aws, session.caller)) {
    throw invalid("credentials");
  }
  return session.caller;
}

function sessionOf(aws: LocalAws, text: string): Session | undefined {
  const { sessionId, sessionKey, sessionToken } = parsed(text);
  const session = aws.credentials.session(String(sessionId));
  const genuine =
    session !== undefined &&
    equal(String(sessionKey), session.secretAccessKey) &&
    equal(String(sessionToken), session.sessionToken);
  return genuine ? session : undefined;
}

function parsed(text: string): Partial<Record<"sessionId" | "sessionKey" | "sessionToken", unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

const invalid = (parameter: string): AwsError => new AwsError("BadRequest", `Invalid ${parameter} parameter`);
