/** A call as CloudTrail has recorded it (CloudTrail User Guide, "CloudTrail record contents"). */
export interface TrailEvent {
  id: string;
  /** ISO 8601 */
  at: string;
  /** The action as policies write it: "iam:EnableMFADevice". */
  action: string;
  caller: {
    /** IAMUser, AssumedRole, Root, AWSService, ... */
    type: string;
    arn: string;
    /** The user's name, for an IAM user. */
    userName?: string;
    /** The caller's unique id; for a caller from another account, CloudTrail records nothing else. */
    principalId?: string;
    /** The id of the key that has signed the call. */
    keyId?: string;
  };
  /** The id of the new session's access key, where the call opened one. */
  issuedKey?: string;
  /** Whether the credentials carried MFA, or the call itself did by a token code. */
  withMfa: boolean;
  /** Whether the call was made in the console. */
  inConsole: boolean;
  succeeded: boolean;
  request: Partial<Record<string, unknown>>;
}

/** The beginning of CloudTrail's event history, which keeps 90 days. */
export const trailBegin = (now: Date): Date => new Date(now.getTime() - 90 * 86_400_000);

interface TrailRecord {
  eventID?: string;
  eventTime?: string;
  eventSource?: string;
  eventName?: string;
  errorCode?: string;
  sessionCredentialFromConsole?: string;
  userIdentity?: {
    type?: string;
    arn?: string;
    userName?: string;
    principalId?: string;
    accessKeyId?: string;
    sessionContext?: { attributes?: { mfaAuthenticated?: string } };
  };
  requestParameters?: Record<string, unknown> | null;
  responseElements?: { credentials?: { accessKeyId?: string } } | null;
}

/** Parses a record; undefined for an event without a caller. */
export function trailEvent(text: string): TrailEvent | undefined {
  const record = JSON.parse(text) as TrailRecord;
  const { eventID: id = "", eventTime: at = "", eventSource = "", eventName = "", userIdentity } = record;
  if (userIdentity?.type === undefined) return undefined;
  const { type, arn = "", userName, principalId, accessKeyId: keyId, sessionContext } = userIdentity;
  const issuedKey = record.responseElements?.credentials?.accessKeyId;
  const request = record.requestParameters ?? {};
  return {
    ...{ id, at, action: `${eventSource.replace(/\.amazonaws\.com$/, "")}:${eventName}` },
    caller: {
      ...{ type, arn },
      ...(userName !== undefined && { userName }),
      ...(principalId !== undefined && { principalId }),
      ...(keyId !== undefined && { keyId }),
    },
    ...(issuedKey !== undefined && { issuedKey }),
    withMfa: sessionContext?.attributes?.mfaAuthenticated === "true" || typeof request["serialNumber"] === "string",
    inConsole: record.sessionCredentialFromConsole === "true",
    succeeded: record.errorCode === undefined,
    request,
  };
}

/** A request parameter that is a text; empty for any other value. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
