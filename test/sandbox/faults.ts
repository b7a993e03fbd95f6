/** A failure to be answered instead of doing what was asked. */
export interface Fault {
  /** As in the SDK's package name: "iam", "sts", "organizations", "cloudcontrol", "ec2". Any by default. */
  service?: string;
  /** Any by default. */
  action?: string;
  accountId?: string;
  /** Part of the request's input as JSON text: a name, a type, a line of the desired state. */
  resource?: string;
  /** The error code, in the words of the service. */
  code: string;
  /** HTTP status; 400 by default. */
  status?: number;
  message?: string;
  /** How many requests fail; Infinity: all, until {@link Faults.clear}. */
  times: number;
  /** Cloud Control accepts the request and its handler fails later with this code. */
  handlerErrorCode?: string;
  /** The connection is cut without an answer, and nothing done. */
  cutConnection?: boolean;
  /** Nothing is done, and nothing answered. */
  unanswered?: boolean;
  /** The action is done, and the connection cut before the answer. */
  loseAnswer?: boolean;
}

/** What a request is matched by. */
export interface FaultTarget {
  service: string;
  action: string;
  accountId: string;
  input: unknown;
}

/** The faults that are still to happen. */
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
