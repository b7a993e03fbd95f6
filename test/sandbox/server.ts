import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { authenticate } from "./authentication.ts";
import { authorizeAnywhere } from "./authorization.ts";
import { AwsError } from "./errors.ts";
import type { Latency } from "./latency.ts";
import { multiFactorAuthPresent, type Caller } from "./model/caller.ts";
import type { LocalAws } from "./model/local-aws.ts";
import type { TrailEvent } from "./model/trail.ts";
import { jsonProtocol } from "./protocols/json.ts";
import type { HttpResponse, Output, Protocol } from "./protocols/protocol.ts";
import { queryProtocol } from "./protocols/query.ts";
import { parseAuthorization, type HttpRequest } from "./signature.ts";
import { services } from "./services/registry.ts";
import { Call, perform, type Service } from "./services/service.ts";
import { FEDERATION_PATH, federatedCaller, signin } from "./services/signin.ts";

/** A request that was answered. */
export interface RecordedRequest {
  time: Date;
  /**
   * The service's name in the SDK's package: "iam", "sts", "organizations", "cloudcontrol", "ec2"; "signin" for the federation endpoint.
   */
  service: string;
  action: string;
  accountId: string;
  principalArn: string;
  /** aws:MultiFactorAuthPresent of the credentials. */
  mfa: "true" | "false" | undefined;
  input: Record<string, unknown>;
  /** "ok" or the error code. */
  outcome: string;
}

interface Room {
  aws: LocalAws;
  latency: Latency;
}

export interface Server {
  endpoint: string;
  requests: RecordedRequest[];
  close(): Promise<void>;
}

/** Serves a local AWS on 127.0.0.1. */
export async function listen(options: Room & { port: number }): Promise<Server> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(options, requests, incoming)
      .then((response) => {
        send(outgoing, response, options.aws.clock.now());
      })
      .catch((error: unknown) => {
        outgoing.destroy(error instanceof Error ? error : undefined);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  room: Room,
  requests: RecordedRequest[],
  incoming: IncomingMessage,
): Promise<HttpResponse | "cut"> {
  const request = await read(incoming);
  const requestId = randomUUID();
  let protocol = unknownServiceProtocol(request);
  const record: Partial<RecordedRequest> = {};
  let caller: Caller | undefined;
  let outcome = "ok";
  const keys: Pick<TrailEvent, "keyId" | "issuedKeyId"> = {};
  try {
    const authorization = request.path === FEDERATION_PATH ? undefined : parseAuthorization(request.headers);
    record.service = authorization?.service ?? signin.name;
    if (authorization !== undefined) Object.assign(keys, { keyId: authorization.accessKeyId });
    const service = authorization === undefined ? signin : services.get(authorization.service);
    if (service === undefined)
      throw new AwsError("NotImplemented", `The sandbox has no service ${record.service}.`, 501);
    protocol = service.protocol;
    const { action, input } = protocol.parse(request);
    Object.assign(record, { service: service.name, action, input });
    caller =
      authorization === undefined
        ? federatedCaller(room.aws, action, input)
        : authenticate(room.aws, request, authorization);
    Object.assign(record, describe(caller));
    await room.latency.wait(action);
    const output = await run(room, service, action, caller, input);
    if (output === "cut") {
      outcome = "cut";
      return "cut";
    }
    if (action === "AssumeRole") Object.assign(keys, { issuedKeyId: keyIdIn(output) });
    return protocol.success(action, output, requestId);
  } catch (error) {
    const awsError = error instanceof AwsError ? error : internalFailure(error);
    outcome = awsError.code;
    return protocol.failure(awsError, requestId);
  } finally {
    note(room.aws, caller, record, { id: requestId, outcome, ...keys });
    requests.push({
      time: room.aws.clock.now(),
      service: "",
      action: "",
      accountId: "",
      principalArn: "",
      mfa: undefined,
      input: {},
      ...record,
      outcome,
    });
  }
}

/** Records a known caller's request in the account's trail. Events of the federation endpoint are not implemented. */
function note(
  aws: LocalAws,
  caller: Caller | undefined,
  { service = "", action = "", input = {} }: Partial<RecordedRequest>,
  { outcome, ...event }: Pick<TrailEvent, "id" | "keyId" | "issuedKeyId"> & { outcome: string },
): void {
  if (caller === undefined || service === signin.name) return;
  const done = { ...event, time: aws.clock.now(), source: `${service}.amazonaws.com`, action, caller, input };
  aws.trail.note(outcome === "ok" || outcome === "cut" ? done : { ...done, errorCode: outcome });
}

/** The id of the key of a session that was opened. */
function keyIdIn({ Credentials }: Output): unknown {
  return typeof Credentials === "object" && "AccessKeyId" in Credentials ? Credentials.AccessKeyId : undefined;
}

async function run(
  room: Room,
  service: Service,
  action: string,
  caller: Caller,
  input: Record<string, unknown>,
): Promise<Output | "cut"> {
  if (!room.aws.rates.admit({ service: service.name, action, accountId: caller.accountId }, Date.now())) {
    throw new AwsError("ThrottlingException", "Rate exceeded");
  }
  const fault = room.aws.faults.take({ service: service.name, action, accountId: caller.accountId, input });
  if (fault?.cutConnection === true) return "cut";
  if (fault?.unanswered === true) return new Promise(() => undefined);
  if (fault !== undefined && fault.handlerErrorCode === undefined && fault.loseAnswer !== true) {
    throw new AwsError(fault.code, fault.message ?? `${fault.code} (injected)`, fault.status ?? 400);
  }
  service.admits?.(caller, room.aws);
  const call = new Call(
    { ...room, caller, ...(fault?.handlerErrorCode === undefined ? {} : { handlerFault: fault }) },
    input,
  );
  const operation = service.operations[action];
  if (operation === undefined) {
    // A caller without the permission is refused first, as everywhere.
    await authorizeAnywhere(room.aws, caller, `${service.permissionPrefix}:${action}`);
    throw new AwsError("NotImplemented", `The sandbox does not implement ${service.name} ${action}.`, 501);
  }
  const output = await perform(service, action, operation, call);
  return fault?.loseAnswer === true ? "cut" : output;
}

const describe = (caller: Caller) => ({
  accountId: caller.accountId,
  principalArn: caller.arn,
  mfa: multiFactorAuthPresent(caller),
});

/** The protocol for errors of an unknown service, told by its request. */
function unknownServiceProtocol(request: HttpRequest): Protocol {
  return request.headers.has("x-amz-target") || request.headers.get("content-type")?.includes("json") === true
    ? jsonProtocol("1.1", "")
    : queryProtocol("https://iam.amazonaws.com/doc/2010-05-08/");
}

function internalFailure(error: unknown): AwsError {
  return new AwsError("InternalFailure", error instanceof Error ? (error.stack ?? error.message) : String(error), 500);
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path = "/", query = ""] = (incoming.url ?? "/").split("?");
  const headers = new Map(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
  return { method: incoming.method ?? "GET", path, query, headers, body: Buffer.concat(chunks) };
}

function send(outgoing: ServerResponse, response: HttpResponse | "cut", date: Date): void {
  if (response === "cut") outgoing.destroy();
  else outgoing.writeHead(response.status, { date: date.toUTCString(), ...response.headers }).end(response.body);
}
