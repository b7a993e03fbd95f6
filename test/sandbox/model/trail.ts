import type { Caller } from "./caller.ts";

/** A request in an account's event history. */
export interface TrailEvent {
  readonly id: string;
  readonly time: Date;
  /** The account whose trail it is in. */
  readonly accountId: string;
  /** "iam.amazonaws.com" */
  readonly source: string;
  readonly action: string;
  readonly caller: Caller;
  /** The id of the key that has signed the request. */
  readonly keyId?: string;
  /** The id of the session's key, for a successful AssumeRole. */
  readonly issuedKeyId?: string;
  /** The request's input without secrets. */
  readonly input: Record<string, unknown>;
  /** Missing for a successful request. */
  readonly errorCode?: string;
}

/** Inputs that CloudTrail never records (CloudTrail User Guide, "CloudTrail record contents"). */
const SECRET = /password|code|token/i;

/** Every account's event history, the oldest first. */
export class Trail {
  readonly events: TrailEvent[] = [];

  /**
   * Records a request in the caller's account, and an AssumeRole in the role's account, too. A Cloud Control request is recorded once more
   * as the call that its handler makes for the caller (Cloud Control API User Guide, "Logging Cloud Control API calls using AWS
   * CloudTrail").
   */
  note({ input, ...event }: Omit<TrailEvent, "accountId">): void {
    if (event.errorCode === undefined) {
      const handled = callOfHandler(event.action, input);
      if (handled !== undefined) this.note({ ...event, ...handled, id: `${event.id}-handler` });
    }
    const kept = Object.fromEntries(Object.entries(input).filter(([name]) => !SECRET.test(name)));
    const { RoleArn } = input;
    const isAssuming = event.action === "AssumeRole" && typeof RoleArn === "string";
    const ofRole = isAssuming ? /^arn:aws:iam::(\d{12}):role\//.exec(RoleArn)?.[1] : undefined;
    const accounts = new Set([event.caller.accountId, ...(ofRole === undefined ? [] : [ofRole])]);
    for (const accountId of accounts) this.events.push({ ...event, accountId, input: kept });
  }
}

/** The first call that a resource's handler makes. */
function callOfHandler(action: string, input: Record<string, unknown>) {
  const verb = /^(Create|Update|Delete)Resource$/.exec(action)?.[1];
  const { TypeName, DesiredState, Identifier } = input;
  const [source, noun, key] = (typeof TypeName === "string" && handlers[TypeName]) || [];
  if (verb === undefined || source === undefined || noun === undefined || key === undefined) return undefined;
  const desired = typeof DesiredState === "string" ? (JSON.parse(DesiredState) as Record<string, unknown>) : {};
  return { source, action: `${verb}${noun}`, input: { [key]: desired[key] ?? desired["Name"] ?? Identifier } };
}

const handlers: Partial<Record<string, [source: string, noun: string, key: string]>> = {
  "AWS::IAM::User": ["iam.amazonaws.com", "User", "UserName"],
  "AWS::IAM::Role": ["iam.amazonaws.com", "Role", "RoleName"],
  "AWS::Organizations::Policy": ["organizations.amazonaws.com", "Policy", "PolicyName"],
};
