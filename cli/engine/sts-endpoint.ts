import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { GetCallerIdentityCommand, STSClient, STSServiceException } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@aws-sdk/types";

import { accessRoleCredentials } from "../../infra/accounts.ts";
import { requestHandler } from "../../infra/network.ts";
import { region } from "../../infra/region.ts";
import { accessSessionName } from "../../infra/session-name.ts";
import { stsPatience } from "../../infra/unanswered.ts";
import { readProfiles, sourceOf } from "../aws/profile-source.ts";
import type { Project } from "../project/project.ts";
import { secretsIn } from "../state/secrets-keys.ts";
import type { Stack } from "./automation.ts";

/** The variable that leads the engine's and its plugins' SDK to this endpoint (AWS SDKs Reference Guide, "Service-specific endpoints"). */
const variable = "AWS_ENDPOINT_URL_STS";

/**
 * Runs the engine with sessions in other accounts that are called after whoever runs it. The engine's plugins take a session's name from
 * the state alone, where it is everybody's (docs/decisions/2026-11-29-sts-for-the-engine.md). For the time of the run, they get their
 * sessions from this process instead, which has opened them under the runner's name before.
 */
export async function withNamedSessions<Result>(
  stack: Stack,
  project: Project,
  call: () => Promise<Result>,
): Promise<Result> {
  if (!(await isServable(project))) return call();
  const endpoint = await StsEndpoint.open();
  const { envVars } = stack.workspace;
  envVars[variable] = endpoint.url;
  try {
    return await call();
  } finally {
    Reflect.deleteProperty(envVars, variable);
    endpoint.close();
  }
}

/**
 * Whether the engine can do with this endpoint alone: its SDK takes no endpoint but AWS's with FIPS or dual-stack, and a state or a key
 * that is read by a profile of its own may need another session.
 */
async function isServable({ backendUrl, settingsFile }: Project): Promise<boolean> {
  const { secretsprovider = "" } = existsSync(settingsFile) ? secretsIn(await readFile(settingsFile, "utf8")) : {};
  if ([backendUrl, secretsprovider].some((url) => /[?&]profile=/.test(url))) return false;
  const { useFipsEndpoint, useDualstackEndpoint } = stsClient().config;
  return !(await useFipsEndpoint()) && !(await useDualstackEndpoint());
}

const stsClient = (credentials?: AwsCredentialIdentity): STSClient =>
  new STSClient({
    region,
    requestHandler: requestHandler(stsPatience),
    ...(credentials !== undefined && { credentials }),
  });

/**
 * An endpoint of STS on this machine, for the calls that the SDK of the engine and its plugins makes to get credentials. Its address has a
 * secret part, as a container's credentials have a token: whoever knows it has the caller's own credentials already, since both stand in
 * the engine's environment.
 */
export class StsEndpoint {
  readonly #server: Server;
  readonly #path = `/${randomBytes(24).toString("hex")}`;
  readonly #caller = stsClient();
  /** The sessions given out, by their access key ids. */
  readonly #given = new Map<string, AwsCredentialIdentity>();
  /** ARNs of the roles by which the caller's own credentials come about. */
  readonly #own: Promise<Set<string>>;

  private constructor() {
    this.#own = ownRoles();
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.unref();
  }

  static async open(): Promise<StsEndpoint> {
    const endpoint = new StsEndpoint();
    endpoint.#server.listen(0, "127.0.0.1");
    await once(endpoint.#server, "listening");
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#path}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#caller.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request).catch(refusalOf);
    response.writeHead(answer.status, { "content-type": "text/xml" }).end(answer.body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    if (!this.#isAddressed(request)) return refusal(403, "AccessDenied", "This is not the address of a run.");
    const parameters = new URLSearchParams(await text(request));
    const action = parameters.get("Action") ?? "";
    if (action === "GetCallerIdentity") return this.#identity(request);
    if (action !== "AssumeRole" && action !== "AssumeRoleWithWebIdentity") {
      return refusal(400, "InvalidAction", `Runs of mfa-admin need no ${action}.`);
    }
    const session = await this.#session(parameters);
    this.#given.set(session.accessKeyId, session);
    return { status: 200, body: result(action, credentialsElement(session)) };
  }

  #isAddressed({ url = "" }: IncomingMessage): boolean {
    const [path, expected] = [url.replace(/\/$/, ""), this.#path].map((part) => Buffer.from(part ?? ""));
    return (
      path !== undefined && expected !== undefined && path.length === expected.length && timingSafeEqual(path, expected)
    );
  }

  /** The session that is asked for: of a provider in an account, by its name, else the caller's own. */
  async #session(parameters: URLSearchParams): Promise<AwsCredentialIdentity> {
    const role = parameters.get("RoleArn") ?? "";
    const isProviders = parameters.get("RoleSessionName") === accessSessionName && !(await this.#own).has(role);
    return isProviders ? accessRoleCredentials(role)() : this.#caller.config.credentials();
  }

  /** AWS tells whose credentials the request is signed with. */
  async #identity({ headers }: IncomingMessage): Promise<Answer> {
    const [, keyId = ""] = /Credential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const session = this.#given.get(keyId);
    const client = session === undefined ? this.#caller : stsClient(session);
    const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
    return { status: 200, body: result("GetCallerIdentity", elements({ Account, Arn, UserId })) };
  }
}

/** The roles that the SDK assumes for the profile or the web identity in use, before it signs anything. */
async function ownRoles(): Promise<Set<string>> {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_ROLE_ARN } = process.env;
  if (AWS_ACCESS_KEY_ID) return new Set();
  const profiles = await readProfiles();
  const { chain } = sourceOf(profiles, AWS_PROFILE || "default");
  const arns = [...chain.map((name) => profiles[name]?.["role_arn"]), AWS_ROLE_ARN];
  return new Set(arns.filter((arn) => arn !== undefined));
}

interface Answer {
  status: number;
  body: string;
}

/** AWS's refusal in its own words; anything else that has failed as something that may be tried again, or not without credentials. */
function refusalOf(error: unknown): Answer {
  const { name, message } = error as Error;
  if (error instanceof STSServiceException) {
    const { httpStatusCode = 400, requestId } = error.$metadata;
    return refusal(httpStatusCode, name, message, requestId);
  }
  return refusal(name === "CredentialsProviderError" ? 403 : 503, name, message);
}

/** An error in STS's format (AWS STS API Reference, "Common Errors"). */
function refusal(status: number, code: string, message: string, requestId = "none"): Answer {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error>${elements({ Type: type, Code: code, Message: message })}</Error>`;
  return {
    status,
    body: `<ErrorResponse xmlns="${namespace}">${error}${elements({ RequestId: requestId })}</ErrorResponse>`,
  };
}

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

function result(action: string, content: string): string {
  const metadata = `<ResponseMetadata>${elements({ RequestId: "none" })}</ResponseMetadata>`;
  return `<${action}Response xmlns="${namespace}"><${action}Result>${content}</${action}Result>${metadata}</${action}Response>`;
}

/** A session without an end counts for an hour, after which it is asked for again. */
function credentialsElement({ accessKeyId, secretAccessKey, sessionToken, expiration }: AwsCredentialIdentity): string {
  const content = elements({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: (expiration ?? new Date(Date.now() + 3_600_000)).toISOString(),
  });
  return `<Credentials>${content}</Credentials>`;
}

function elements(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .map(([name, value = ""]) => `<${name}>${escaped(value)}</${name}>`)
    .join("");
}

const escaped = (value: string): string => value.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
