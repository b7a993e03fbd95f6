import type { Caller } from "./caller.ts";

/** A request as an account's trail keeps it. */
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
  /** Of an AssumeRole that was carried out: the id of the session's key. */
  readonly issuedKeyId?: string;
  /** Without what is secret. */
  readonly input: Record<string, unknown>;
  /** Missing where the request was carried out. */
  readonly errorCode?: string;
}

/** What CloudTrail never keeps (CloudTrail User Guide, "CloudTrail record contents"). */
const SECRET = /password|code|token/i;

/** Every account's event history, the oldest first. */
export class Trail {
  readonly events: TrailEvent[] = [];

  /**
   * Keeps a request in the caller's account, and an AssumeRole in the role's account, too. What Cloud Control has done with it is a call
   * of the caller's of its own (Cloud Control API User Guide, "Logging Cloud Control API calls using AWS CloudTrail").
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

/** The call by which a resource's handler begins. */
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
