import { randomUUID } from "node:crypto";
import { AwsError } from "../../errors.ts";
import { RESOURCE_HANDLER } from "../../latency.ts";
import type { ProgressEvent } from "../../model/resource-requests.ts";
import { concurrentModification } from "../organizations/policies.ts";
import type { Call } from "../service.ts";
import { HandlerContext, type ResourceType } from "./resource-type.ts";

/** The work of a handler, which may report the identifier of the resource that it has made. */
export type Work = (handler: HandlerContext, event: ProgressEvent) => Promise<void>;

/** The shortest duration of a handler, so that a request is always in progress at first. */
const MINIMUM_HANDLER_MILLISECONDS = 5;
/** The shortest RetryAfter. It must still be in the future when the client reads it; without it clients use a guess of their own. */
const MINIMUM_RETRY_MILLISECONDS = 100;

/** The error codes of AWS's services, and the codes that handlers report instead. */
const HANDLER_ERROR_CODES: Record<string, string> = {
  AccessDenied: "AccessDenied",
  NoSuchEntity: "NotFound",
  PolicyNotFoundException: "NotFound",
  TargetNotFoundException: "NotFound",
  EntityAlreadyExists: "AlreadyExists",
  DuplicatePolicyException: "AlreadyExists",
  LimitExceeded: "ServiceLimitExceeded",
  ConstraintViolationException: "ServiceLimitExceeded",
  DeleteConflict: "ResourceConflict",
  PolicyInUseException: "ResourceConflict",
  ConcurrentModificationException: "ResourceConflict",
  MalformedPolicyDocument: "InvalidRequest",
  MalformedPolicyDocumentException: "InvalidRequest",
  PolicyTypeNotEnabledException: "InvalidRequest",
  ValidationError: "InvalidRequest",
  InvalidInput: "InvalidRequest",
  InvalidRequest: "InvalidRequest",
  NotUpdatable: "NotUpdatable",
  StackSetNotFoundException: "NotFound",
  NameAlreadyExistsException: "AlreadyExists",
  OperationInProgressException: "ResourceConflict",
  InsufficientCapabilitiesException: "InvalidRequest",
  StackSetOperationFailed: "NotStabilized",
};

/** Accepts a request and has its work done a little later, as Cloud Control does. */
export function start(
  call: Call,
  type: ResourceType,
  operation: ProgressEvent["operation"],
  identifier: string | undefined,
  work: Work,
): ProgressEvent {
  const { resourceRequests, organization } = call.aws;
  const { accountId } = call.caller;
  const clientToken = call.input.optional("ClientToken");
  const asked = JSON.stringify({ operation, ...call.input.values });
  const earlier = clientToken === undefined ? undefined : resourceRequests.byClientToken(accountId, clientToken);
  if (earlier !== undefined) {
    if (earlier.asked === asked) return earlier.event;
    throw new AwsError("ClientTokenConflictException", "The client token was used for another request.");
  }
  if (identifier !== undefined && resourceRequests.isBusy(accountId, type.name, identifier)) {
    throw new AwsError(
      "ConcurrentOperationException",
      `Concurrent operation is in progress for resource '${identifier}' of type '${type.name}'.`,
    );
  }
  const milliseconds = Math.max(call.latency.of(RESOURCE_HANDLER), MINIMUM_HANDLER_MILLISECONDS);
  const event: ProgressEvent = {
    requestToken: randomUUID(),
    typeName: type.name,
    operation,
    ...(identifier === undefined ? {} : { identifier }),
    status: "IN_PROGRESS",
    eventTime: call.now,
    retryAfter: new Date(Date.now() + Math.max(milliseconds, MINIMUM_RETRY_MILLISECONDS)),
  };
  resourceRequests.add({ accountId, event, asked }, clientToken);

  const changesOrganization = type.name.startsWith("AWS::Organizations::");
  const overlaps = changesOrganization && organization.changeInProgress;
  if (changesOrganization) organization.changeInProgress = true;
  setTimeout(() => {
    void finish(call, event, overlaps, work).finally(() => {
      if (changesOrganization && !overlaps) organization.changeInProgress = false;
    });
  }, milliseconds).unref();
  return event;
}

async function finish(call: Call, event: ProgressEvent, overlaps: boolean, work: Work): Promise<void> {
  if (event.status !== "IN_PROGRESS") return;
  try {
    if (call.handlerFault !== undefined) {
      const { handlerErrorCode = "", code, message = `${code} (injected)` } = call.handlerFault;
      fail(event, handlerErrorCode, message);
      return;
    }
    if (overlaps) throw concurrentModification();
    await work(new HandlerContext(call), event);
    event.status = "SUCCESS";
  } catch (error) {
    if (!(error instanceof AwsError)) {
      fail(event, "InternalFailure", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return;
    }
    const { code, message, status } = error;
    const [, service = ""] = event.typeName.split("::");
    fail(
      event,
      HANDLER_ERROR_CODES[code] ?? "GeneralServiceException",
      `${message} (Service: ${service === "IAM" ? "Iam" : service}, Status Code: ${status}, Request ID: ${randomUUID()})`,
    );
  } finally {
    event.eventTime = call.now;
    delete event.retryAfter;
  }
}

function fail(event: ProgressEvent, errorCode: string, statusMessage: string): void {
  event.status = "FAILED";
  event.errorCode = errorCode;
  event.statusMessage = statusMessage;
}

/** GetResource's own error for a resource that does not exist. */
export function notFound(type: ResourceType, identifier: string, error: unknown): unknown {
  if (!(error instanceof AwsError) || HANDLER_ERROR_CODES[error.code] !== "NotFound") return error;
  return new AwsError(
    "ResourceNotFoundException",
    `Resource of type '${type.name}' with identifier '${identifier}' was not found.`,
  );
}
