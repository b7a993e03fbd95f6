import { AwsError } from "../../errors.ts";
import type { Output } from "../../protocols/protocol.ts";
import { iam } from "../iam/iam.ts";
import { organizations } from "../organizations/organizations.ts";
import { Call, perform, type Service } from "../service.ts";
import type { Model } from "./model.ts";

/** The context of a handler: it calls the services with the permissions of Cloud Control's caller. */
export class HandlerContext {
  readonly call: Call;

  constructor(call: Call) {
    this.call = call;
  }

  iam(action: string, input: Record<string, unknown>): Promise<Output> {
    return this.#perform(iam, action, input);
  }

  organizations(action: string, input: Record<string, unknown>): Promise<Output> {
    return this.#perform(organizations, action, input);
  }

  #perform(service: Service, action: string, input: Record<string, unknown>): Promise<Output> {
    const operation = service.operations[action];
    const { aws, caller, latency } = this.call;
    if (operation === undefined) throw new Error(`a handler needs ${service.name} ${action}`);
    return perform(service, action, operation, new Call({ aws, caller, latency, changesOrganization: true }, input));
  }
}

/** A resource type and its handlers. */
export interface ResourceType {
  name: string;
  /** All properties, the read-only ones included. */
  properties: string[];
  required: string[];
  readOnly: string[];
  createOnly: string[];
  /** The identifier, where it is known before the resource exists. */
  identifier(desired: Model): string | undefined;
  /** Creates the resource, and reports its identifier as soon as it exists: a later failure leaves the resource behind. */
  create(handler: HandlerContext, desired: Model, created: (identifier: string) => void): Promise<void>;
  read(handler: HandlerContext, identifier: string): Promise<Model>;
  update(handler: HandlerContext, identifier: string, before: Model, after: Model): Promise<void>;
  /** Deletes the resource. `declared` are the properties that were requested: anything that others have added prevents the deletion. */
  delete(handler: HandlerContext, identifier: string, declared: Model): Promise<void>;
  list(handler: HandlerContext): Promise<string[]>;
}

/** Refuses a desired state that the type's schema does not allow. */
export function validateModel(type: ResourceType, model: Model): void {
  const missing = type.required.find((property) => model[property] === undefined);
  if (missing !== undefined) throw invalidModel(`required key [${missing}] not found`);
  const unknown = Object.keys(model).find((property) => !type.properties.includes(property));
  if (unknown !== undefined) throw invalidModel(`extraneous key [${unknown}] is not permitted`);
  const readOnly = Object.keys(model).find((property) => type.readOnly.includes(property));
  if (readOnly !== undefined) throw invalidModel(`read-only property [${readOnly}] is not permitted`);
}

const invalidModel = (problem: string) => new AwsError("ValidationError", `Model validation failed (#: ${problem})`);
