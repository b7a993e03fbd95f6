import { CloudTrailClient, type LookupAttribute, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";

import { clientConfiguration } from "../../infra/accounts.ts";
import { requestHandler } from "../../infra/network.ts";
import type { Settings } from "../../infra/settings.ts";

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

/** How many days CloudTrail's event history keeps. */
export const trailDays = 90;

/**
 * Events of an account's event history, the latest first. AWS lets two calls a second be made, for 50 events each, so it is slow
 * (CloudTrail User Guide, "Viewing recent management events with the AWS CLI").
 *
 * @param accountId the account of the credentials at hand when left out
 * @param attribute the one by which AWS chooses: a name of an event, or of a user
 */
export async function* trailEvents(
  accountId: string | undefined,
  { accessRole }: Pick<Settings, "accessRole">,
  { region, since, attribute }: { region: string; since: Date; attribute?: LookupAttribute },
): AsyncIterable<TrailEvent> {
  const configuration =
    accountId === undefined ? { requestHandler: requestHandler() } : clientConfiguration(accountId, accessRole);
  const client = new CloudTrailClient({ ...configuration, region, maxAttempts: 12 });
  const request = { StartTime: since, ...(attribute !== undefined && { LookupAttributes: [attribute] }) };
  for await (const { Events } of paginateLookupEvents({ client, pageSize: 50 }, request)) {
    for (const { CloudTrailEvent } of Events ?? []) {
      const event = trailEvent(CloudTrailEvent ?? "{}");
      if (event !== undefined) yield event;
    }
  }
}

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
