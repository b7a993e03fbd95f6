import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@aws-sdk/types";

import { accessRoleCredentials } from "../../infra/accounts.ts";
import { callerCredentials } from "../../infra/caller.ts";
import { requestHandler } from "../../infra/network.ts";
import { region } from "../../infra/region.ts";
import { accessSessionName } from "../../infra/session-name.ts";
import { stsPatience } from "../../infra/unanswered.ts";
import { readProfiles, sourceOf } from "../aws/profile-source.ts";
import type { Project } from "../project/project.ts";
import { secretsIn } from "../state/secrets-keys.ts";
import { type Answer, credentialsAnswer, identityAnswer, refusal, refusalOf } from "./sts-answers.ts";

/** The variable that leads the engine's and its plugins' SDK to this endpoint (AWS SDKs Reference Guide, "Service-specific endpoints"). */
const variable = "AWS_ENDPOINT_URL_STS";

/** Where a project's state is, and the file that names what its secrets are kept by. */
type Places = Pick<Project, "backendUrl" | "settingsFile">;

/**
 * Runs the engine with sessions in other accounts that are called after whoever runs it. The engine's plugins take a session's name from
 * the state alone, where it is everybody's (docs/decisions/2026-11-29-sts-for-the-engine.md). For the time of the run, they get their
 * sessions from this process instead, which has opened them under the runner's name before.
 */
export async function withNamedSessions<Result>(
  { workspace: { envVars } }: { workspace: { envVars: Record<string, string> } },
  project: Places,
  call: () => Promise<Result>,
): Promise<Result> {
  if (!(await isServable(project))) return call();
  const endpoint = await StsEndpoint.open();
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
 * that is read by a profile or a role of its own may need another session. Any of it may stand in the URLs of the two.
 */
async function isServable({ backendUrl, settingsFile }: Places): Promise<boolean> {
  const { secretsprovider = "" } = existsSync(settingsFile) ? secretsIn(await readFile(settingsFile, "utf8")) : {};
  if ([backendUrl, secretsprovider].some((url) => /[?&](profile|role|fips|dualstack)=/.test(url))) return false;
  const { useFipsEndpoint, useDualstackEndpoint } = stsClient(callerCredentials()).config;
  return !(await useFipsEndpoint()) && !(await useDualstackEndpoint());
}

const stsClient = (credentials: AwsCredentialIdentity | ReturnType<typeof callerCredentials>): STSClient =>
  new STSClient({ region, requestHandler: requestHandler(stsPatience), credentials });

/**
 * An endpoint of STS on this machine, for the calls that the SDK of the engine and its plugins makes to get credentials. Its address has a
 * secret part, as a container's credentials have a token: whoever knows it has the caller's own credentials already, since both stand in
 * the engine's environment.
 */
export class StsEndpoint {
  readonly #server: Server;
  readonly #path = `/${randomBytes(24).toString("hex")}`;
  readonly #caller = callerCredentials();
  /** The sessions given out, by their access key ids. */
  readonly #given = new Map<string, AwsCredentialIdentity>();
  /** How the engine's SDK comes by the caller's own credentials. */
  readonly #own: Promise<OwnWays>;

  private constructor() {
    this.#own = ownWays();
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
    const open = await this.#opening(action, parameters);
    if (open === undefined) return refusal(400, "InvalidAction", `Runs of mfa-admin need no ${action}.`);
    const session = await open();
    this.#given.set(session.accessKeyId, session);
    return credentialsAnswer(action, session);
  }

  #isAddressed({ url = "" }: IncomingMessage): boolean {
    const [path, own] = [Buffer.from(url.replace(/\/$/, "")), Buffer.from(this.#path)];
    return path.length === own.length && timingSafeEqual(path, own);
  }

  /** What opens the session that is asked for: the caller's own, or that of any other role; undefined for no such call. */
  async #opening(action: string, parameters: URLSearchParams): Promise<Opening | undefined> {
    const { roles, byProcess } = await this.#own;
    const role = parameters.get("RoleArn") ?? "";
    const isProviders = parameters.get("RoleSessionName") === accessSessionName;
    if (opening.test(action) && (roles.has(role) || (byProcess && !isProviders))) return this.#caller;
    return action === "AssumeRole" ? accessRoleCredentials(role) : undefined;
  }

  /** AWS tells whose credentials the request is signed with: those of a session from here, or else the caller's own. */
  async #identity({ headers }: IncomingMessage): Promise<Answer> {
    const [, keyId = ""] = /Credential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const client = stsClient(this.#given.get(keyId) ?? this.#caller);
    return identityAnswer(await client.send(new GetCallerIdentityCommand({})));
  }
}

type Opening = ReturnType<typeof accessRoleCredentials>;

/** The calls that give credentials. */
const opening = /^(AssumeRole(With(SAML|WebIdentity))?|Get(Session|Federation)Token)$/;

/** How the SDK comes by the credentials of the profile or the web identity in use, before it signs anything. */
interface OwnWays {
  /** ARNs of the roles that it assumes. */
  roles: Set<string>;
  /** Whether it starts a `credential_process`, which has the engine's environment, and may ask STS for anything. */
  byProcess: boolean;
}

async function ownWays(): Promise<OwnWays> {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_ROLE_ARN } = process.env;
  if (AWS_ACCESS_KEY_ID) return { roles: new Set(), byProcess: false };
  const profiles = await readProfiles();
  const { chain, kind } = sourceOf(profiles, AWS_PROFILE || "default");
  const arns = [...chain.map((name) => profiles[name]?.["role_arn"]), AWS_ROLE_ARN];
  return { roles: new Set(arns.filter((arn) => arn !== undefined)), byProcess: kind === "process" };
}
