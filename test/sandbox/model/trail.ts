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

  /** Keeps a request in the caller's account, and an AssumeRole in the role's account, too. */
  note({ input, ...event }: Omit<TrailEvent, "accountId">): void {
    const kept = Object.fromEntries(Object.entries(input).filter(([name]) => !SECRET.test(name)));
    const { RoleArn } = input;
    const isAssuming = event.action === "AssumeRole" && typeof RoleArn === "string";
    const ofRole = isAssuming ? /^arn:aws:iam::(\d{12}):role\//.exec(RoleArn)?.[1] : undefined;
    const accounts = new Set([event.caller.accountId, ...(ofRole === undefined ? [] : [ofRole])]);
    for (const accountId of accounts) this.events.push({ ...event, accountId, input: kept });
  }
}
