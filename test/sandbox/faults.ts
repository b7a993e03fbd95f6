/** A failure that is answered in place of an action. */
export interface Fault {
  /** The service as in the SDK's package name: "iam", "sts", "organizations", "cloudcontrol", "ec2". Default: any. */
  service?: string;
  /** Default: any. */
  action?: string;
  accountId?: string;
  /** Part of the request's input as JSON text: a name, a type, a line of the desired state. */
  resource?: string;
  /** The error code, in the words of the service. */
  code: string;
  /** HTTP status; 400 by default. */
  status?: number;
  message?: string;
  /** The number of requests that fail; Infinity for all, until {@link Faults.clear}. */
  times: number;
  /** Cloud Control accepts the request and its handler fails later with this code. */
  handlerErrorCode?: string;
  /** The connection is cut without an answer, and the action is not done. */
  cutConnection?: boolean;
  /** The action is not done, and the request is never answered. */
  unanswered?: boolean;
  /** The action is done, and the connection cut before the answer. */
  loseAnswer?: boolean;
}

/** The properties by which a request is matched with faults. */
export interface FaultTarget {
  service: string;
  action: string;
  accountId: string;
  input: unknown;
}

/** The faults that have not happened yet. */
export class Faults {
  readonly #pending: Fault[] = [];

  add(fault: Fault): void {
    this.#pending.push({ ...fault });
  }

  clear(): void {
    this.#pending.length = 0;
  }

  /** Takes the first fault that matches, if any. */
  take(target: FaultTarget): Fault | undefined {
    const fault = this.#pending.find((candidate) => matches(candidate, target));
    if (fault !== undefined && --fault.times <= 0) this.#pending.splice(this.#pending.indexOf(fault), 1);
    return fault;
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.service ?? target.service) === target.service &&
    (fault.action ?? target.action) === target.action &&
    (fault.accountId ?? target.accountId) === target.accountId &&
    (fault.resource === undefined || unescaped(target.input).includes(fault.resource))
  );
}

/** A desired state is JSON inside JSON: its quotes are compared without their backslashes. */
function unescaped(input: unknown): string {
  return JSON.stringify(input).replaceAll("\\", "");
}
