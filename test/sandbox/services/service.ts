import { authorize, type AuthorizationRequest } from "../authorization.ts";
import type { Fault } from "../faults.ts";
import { Input } from "../input.ts";
import type { Latency } from "../latency.ts";
import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import type { LocalAws } from "../model/local-aws.ts";
import type { Output, Protocol } from "../protocols/protocol.ts";
import type { RequestContext } from "../request-context.ts";

/** One action of a service. */
export interface Operation {
  /**
   * The ARN that the caller needs permission for; for actions that take no resource, the ARN that AWS names in its
   * refusal. Absent: the operation asks for permission itself, or every caller may.
   */
  on?(call: Call): string;
  /** Condition keys that only this action has. */
  context?(call: Call): RequestContext;
  run(call: Call): Output | Promise<Output>;
}

export type Operations = Record<string, Operation>;

export interface Service {
  /** The service's name in the SDK's package. */
  name: string;
  /** The prefix of the service's actions in policies. */
  permissionPrefix: string;
  protocol: Protocol;
  /** Refuses callers that the service as a whole does not serve. */
  admits?(caller: Caller, aws: LocalAws): void;
  operations: Operations;
}

/** The request that an operation serves. */
export class Call {
  readonly aws: LocalAws;
  readonly caller: Caller;
  readonly input: Input;
  readonly latency: Latency;
  /** A fault that the operation itself has to bring about. */
  readonly handlerFault: Fault | undefined;
  /** Whether the call is part of Cloud Control's own change of the organization, with which it does not collide. */
  readonly changesOrganization: boolean;

  constructor(
    of: { aws: LocalAws; caller: Caller; latency: Latency; handlerFault?: Fault; changesOrganization?: boolean },
    input: Record<string, unknown>,
  ) {
    this.aws = of.aws;
    this.caller = of.caller;
    this.latency = of.latency;
    this.handlerFault = of.handlerFault;
    this.changesOrganization = of.changesOrganization ?? false;
    this.input = new Input(input);
  }

  get account(): Account {
    return this.aws.organization.account(this.caller.accountId);
  }

  get now(): Date {
    return this.aws.clock.now();
  }

  authorize(request: AuthorizationRequest): Promise<void> {
    return authorize(this.aws, this.caller, request);
  }
}

/** Authorizes a call and runs it. */
export async function perform(service: Service, action: string, operation: Operation, call: Call): Promise<Output> {
  if (operation.on !== undefined) {
    await call.authorize({
      action: `${service.permissionPrefix}:${action}`,
      resource: operation.on(call),
      ...(operation.context === undefined ? {} : { context: operation.context(call) }),
    });
  }
  return operation.run(call);
}
