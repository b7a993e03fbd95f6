/** The progress of a Cloud Control request. */
export interface ProgressEvent {
  readonly requestToken: string;
  readonly typeName: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  identifier?: string;
  status: "IN_PROGRESS" | "SUCCESS" | "FAILED" | "CANCEL_COMPLETE";
  eventTime: Date;
  errorCode?: string;
  statusMessage?: string;
  /** The time at which the client asks again: real time, unlike all other times. */
  retryAfter?: Date;
}

interface Request {
  accountId: string;
  event: ProgressEvent;
  /** The request's content, to tell a repeated request from another one with the same client token. */
  asked: string;
}

/** The requests to Cloud Control, and the declared properties of its resources. */
export class ResourceRequests {
  readonly #byToken = new Map<string, Request>();
  readonly #byClientToken = new Map<string, Request>();
  /** The declared properties by resource. */
  readonly declarations = new Map<string, Record<string, unknown>>();

  add(request: Request, clientToken: string | undefined): void {
    this.#byToken.set(request.event.requestToken, request);
    if (clientToken !== undefined) this.#byClientToken.set(`${request.accountId}/${clientToken}`, request);
  }

  byToken(accountId: string, token: string): ProgressEvent | undefined {
    const request = this.#byToken.get(token);
    return request?.accountId === accountId ? request.event : undefined;
  }

  byClientToken(accountId: string, clientToken: string): Request | undefined {
    return this.#byClientToken.get(`${accountId}/${clientToken}`);
  }

  /** The requests of an account. */
  of(accountId: string): ProgressEvent[] {
    return [...this.#byToken.values()].flatMap(({ accountId: account, event }) =>
      account === accountId ? [event] : [],
    );
  }

  /** Whether a request for this very resource has not ended yet. */
  isBusy(accountId: string, typeName: string, identifier: string): boolean {
    const matches = ({ accountId: account, event }: Request) =>
      event.status === "IN_PROGRESS" &&
      account === accountId &&
      event.typeName === typeName &&
      event.identifier === identifier;
    return [...this.#byToken.values()].some(matches);
  }

  declare(resource: string, model: Record<string, unknown>): void {
    this.declarations.set(resource, model);
  }

  declared(resource: string): Record<string, unknown> | undefined {
    return this.declarations.get(resource);
  }

  forget(resource: string): void {
    this.declarations.delete(resource);
  }
}
