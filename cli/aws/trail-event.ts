/** A call as CloudTrail has recorded it (CloudTrail User Guide, "CloudTrail record contents"). */
export interface TrailEvent {
  id: string;
  /** ISO 8601 */
  at: string;
  /** As policies write it: "iam:EnableMFADevice". */
  action: string;
  caller: {
    /** IAMUser, AssumedRole, Root, AWSService, ... */
    type: string;
    arn: string;
    /** Of an IAM user. */
    userName?: string;
    /** Of whoever comes from another account nothing else is told. */
    principalId?: string;
    /** The id of the key that has signed the call. */
    keyId?: string;
  };
  /** The id of the session's key, where a role was assumed. */
  issuedKey?: string;
  /** Whether the credentials carried MFA, or the call itself did by a token code. */
  withMfa: boolean;
  /** Whether it was made in the console. */
  inConsole: boolean;
  succeeded: boolean;
  request: Partial<Record<string, unknown>>;
}

/** From when on CloudTrail's event history has events: it keeps them for 90 days. */
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

/** One record; nothing for what is no call of somebody's. */
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

/** A text among the parameters of a request; empty for anything else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
