import { AwsError } from "../../errors.ts";
import type { ProgressEvent } from "../../model/resource-requests.ts";
import type { Output } from "../../protocols/protocol.ts";
import { jsonProtocol } from "../../protocols/json.ts";
import { tokenPage } from "../page.ts";
import type { Call, Service } from "../service.ts";
import { declaredAfter, declaredPart } from "./declared.ts";
import { group } from "./group.ts";
import { applyPatch } from "./json-patch.ts";
import { managedPolicy } from "./managed-policy.ts";
import type { Model } from "./model.ts";
import { organizationsPolicy } from "./organizations-policy.ts";
import { HandlerContext, validateModel, type ResourceType } from "./resource-type.ts";
import { notFound, start, type Work } from "./request.ts";
import { role } from "./role.ts";
import { stackSet } from "./stack-set.ts";
import { user } from "./user.ts";

const TYPES = new Map(
  [user, group, managedPolicy, role, organizationsPolicy, stackSet].map((type) => [type.name, type]),
);

const onAnyResource = (call: Call) => `arn:aws:cloudformation:us-east-1:${call.caller.accountId}:resource/*`;

/** Cloud Control. */
export const cloudControl: Service = {
  name: "cloudcontrol",
  permissionPrefix: "cloudformation",
  protocol: jsonProtocol("1.0", "CloudApiService"),
  operations: {
    CreateResource: {
      on: onAnyResource,
      run(call) {
        const type = typeNamed(call);
        const desired = JSON.parse(call.input.string("DesiredState")) as Model;
        validateModel(type, desired);
        return begin(call, type, "CREATE", type.identifier(desired), (handler, event) =>
          type.create(handler, desired, (identifier) => {
            event.identifier = identifier;
            call.aws.resourceRequests.declare(key(call, type, identifier), desired);
          }),
        );
      },
    },
    GetResource: {
      on: onAnyResource,
      async run(call) {
        const type = typeNamed(call);
        const identifier = call.input.string("Identifier");
        const model = await type.read(new HandlerContext(call), identifier).catch((error: unknown) => {
          throw notFound(type, identifier, error);
        });
        return {
          TypeName: type.name,
          ResourceDescription: { Identifier: identifier, Properties: JSON.stringify(model) },
        };
      },
    },
    UpdateResource: {
      on: onAnyResource,
      run(call) {
        const type = typeNamed(call);
        const identifier = call.input.string("Identifier");
        const patch = call.input.string("PatchDocument");
        return begin(call, type, "UPDATE", identifier, async (handler) => {
          const before = await type.read(handler, identifier);
          const after = applyPatch(before, patch);
          const fixed = type.createOnly.find((property) => before[property] !== after[property]);
          if (fixed !== undefined) {
            throw new AwsError(
              "NotUpdatable",
              `Invalid patch update: createOnlyProperties [/properties/${fixed}] cannot be updated`,
            );
          }
          await type.update(handler, identifier, before, after);
          const resource = key(call, type, identifier);
          const declared = call.aws.resourceRequests.declared(resource) ?? {};
          call.aws.resourceRequests.declare(resource, declaredAfter(declared, before, after));
        });
      },
    },
    DeleteResource: {
      on: onAnyResource,
      run(call) {
        const type = typeNamed(call);
        const identifier = call.input.string("Identifier");
        return begin(call, type, "DELETE", identifier, async (handler) => {
          const resource = key(call, type, identifier);
          const actual = await type.read(handler, identifier);
          const declared = call.aws.resourceRequests.declared(resource) ?? {};
          await type.delete(handler, identifier, declaredPart(actual, declared));
          call.aws.resourceRequests.forget(resource);
        });
      },
    },
    ListResources: {
      on: onAnyResource,
      async run(call) {
        const type = typeNamed(call);
        const { page, more } = tokenPage(call, await type.list(new HandlerContext(call)));
        return {
          TypeName: type.name,
          ResourceDescriptions: page.map((identifier) => ({ Identifier: identifier, Properties: "{}" })),
          ...more,
        };
      },
    },
    GetResourceRequestStatus: {
      on: onAnyResource,
      run: (call) => ({ ProgressEvent: show(requestNamed(call)) }),
    },
    ListResourceRequests: {
      on: onAnyResource,
      run(call) {
        const [filter] = call.input.structure("ResourceRequestStatusFilter");
        const [operations, statuses] = ["Operations", "OperationStatuses"].map((name) => filter?.strings(name));
        const isAsked = (given: string[] = [], value: string): boolean => given.length === 0 || given.includes(value);
        const found = call.aws.resourceRequests
          .of(call.caller.accountId)
          .filter(({ operation, status }) => isAsked(operations, operation) && isAsked(statuses, status));
        const { page, more } = tokenPage(call, found);
        return { ResourceRequestStatusSummaries: page.map(show), ...more };
      },
    },
    CancelResourceRequest: {
      on: onAnyResource,
      run(call) {
        const event = requestNamed(call);
        if (event.status === "IN_PROGRESS") event.status = "CANCEL_COMPLETE";
        return { ProgressEvent: show(event) };
      },
    },
  },
};

function begin(
  call: Call,
  type: ResourceType,
  operation: ProgressEvent["operation"],
  identifier: string | undefined,
  work: Work,
): Output {
  return { ProgressEvent: show(start(call, type, operation, identifier, work)) };
}

/** The key of a resource: its account, type and identifier. */
function key(call: Call, type: ResourceType, identifier: string): string {
  return [call.caller.accountId, type.name, identifier].join("|");
}

function typeNamed(call: Call): ResourceType {
  const name = call.input.string("TypeName");
  const type = TYPES.get(name);
  if (type === undefined) {
    throw new AwsError("UnsupportedActionException", `The sandbox has no resource type ${name}.`);
  }
  return type;
}

function requestNamed(call: Call): ProgressEvent {
  const token = call.input.string("RequestToken");
  const event = call.aws.resourceRequests.byToken(call.caller.accountId, token);
  if (event === undefined)
    throw new AwsError("RequestTokenNotFoundException", `Request with token ${token} was not found`);
  return event;
}

const show = (event: ProgressEvent): Output => ({
  TypeName: event.typeName,
  Identifier: event.identifier,
  RequestToken: event.requestToken,
  Operation: event.operation,
  OperationStatus: event.status,
  EventTime: event.eventTime,
  StatusMessage: event.statusMessage,
  ErrorCode: event.errorCode,
  RetryAfter: event.retryAfter,
});
