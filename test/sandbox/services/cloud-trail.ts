import type { Caller } from "../model/caller.ts";
import type { TrailEvent } from "../model/trail.ts";
import { jsonProtocol } from "../protocols/json.ts";
import type { Service } from "./service.ts";

const DAY = 86_400_000;

/**
 * CloudTrail's event history: 90 days of the account's own requests, the latest first, at most 50 a page. Events appear at once here, and
 * after some minutes at AWS.
 */
export const cloudTrail: Service = {
  name: "cloudtrail",
  permissionPrefix: "cloudtrail",
  protocol: jsonProtocol("1.1", "CloudTrail_20131101"),
  operations: {
    LookupEvents: {
      on: () => "*",
      run(call) {
        const [attribute] = call.input.structures("LookupAttributes");
        const { StartTime, EndTime } = call.input.values;
        const from = Math.max(epoch(StartTime) ?? 0, call.now.getTime() - 90 * DAY);
        const to = epoch(EndTime) ?? Infinity;
        const found = call.aws.trail.events.filter(
          (event) =>
            event.accountId === call.account.id &&
            event.time.getTime() >= from &&
            event.time.getTime() <= to &&
            (attribute === undefined ||
              attributesOf(event)[attribute.string("AttributeKey")] === attribute.string("AttributeValue")),
        );
        found.reverse();
        // The token is the id of the last event shown: this look-up is an event, too, and shifts the positions of the next page.
        const start = found.findIndex(({ id }) => id === call.input.optional("NextToken")) + 1;
        const end = start + call.input.integer("MaxResults", 50, 1, 50);
        const page = found.slice(start, end);
        return { Events: page.map(show), ...(end < found.length ? { NextToken: page.at(-1)?.id } : {}) };
      },
    },
  },
};

/** Milliseconds since the epoch: JSON services send times in seconds. */
const epoch = (value: unknown): number | undefined => (typeof value === "number" ? value * 1000 : undefined);

function attributesOf(event: TrailEvent): Record<string, string> {
  return {
    EventId: event.id,
    EventName: event.action,
    EventSource: event.source,
    ReadOnly: String(isReading(event)),
    Username: nameOf(event.caller),
    // CloudTrail's other resource names are not implemented.
    ...(typeof event.input["RoleArn"] === "string" && { ResourceName: event.input["RoleArn"] }),
  };
}

const isReading = ({ action }: TrailEvent): boolean => /^(Get|List|Describe|Lookup|Simulate)/.test(action);

/** A user's name, or that of a role's session. */
function nameOf(caller: Caller): string {
  if (caller.type === "User") return caller.user.name;
  return caller.type === "AssumedRole" ? caller.sessionName : "root";
}

const show = (event: TrailEvent) => ({
  EventId: event.id,
  EventName: event.action,
  EventSource: event.source,
  EventTime: event.time,
  ReadOnly: String(isReading(event)),
  Username: nameOf(event.caller),
  CloudTrailEvent: JSON.stringify(recordOf(event)),
});

/** A CloudTrail record (CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element"). */
const recordOf = (event: TrailEvent) => ({
  eventVersion: "1.11",
  userIdentity: identityOf(event),
  eventTime: `${event.time.toISOString().slice(0, 19)}Z`,
  eventSource: event.source,
  eventName: event.action,
  awsRegion: "us-east-1",
  sourceIPAddress: "127.0.0.1",
  ...(event.errorCode === undefined ? {} : { errorCode: event.errorCode }),
  requestParameters: Object.fromEntries(
    Object.entries(event.input).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  ),
  // The response has no secrets (IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail").
  responseElements: event.issuedKeyId === undefined ? null : { credentials: { accessKeyId: event.issuedKeyId } },
  readOnly: isReading(event),
  eventID: event.id,
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: event.accountId,
  ...(event.caller.type === "User" && event.caller.session?.console === true
    ? { sessionCredentialFromConsole: "true" }
    : {}),
});

function identityOf({ caller, accountId: trailOf, keyId }: TrailEvent) {
  const { accountId, arn, userId: principalId } = caller;
  // A caller from another account is shown without a name.
  if (accountId !== trailOf) return { type: "AWSAccount", principalId, accountId };
  const common = { principalId, arn, accountId, ...(keyId !== undefined && { accessKeyId: keyId }) };
  if (caller.type === "AssumedRole") {
    const { role, issued } = caller;
    const sessionIssuer = { type: "Role", principalId: role.id, arn: role.arn, accountId, userName: role.name };
    return { type: "AssumedRole", ...common, sessionContext: { sessionIssuer, attributes: attributes(issued, false) } };
  }
  if (caller.type === "Account") return { type: "Root", ...common };
  const { user, session } = caller;
  return {
    type: "IAMUser",
    ...common,
    userName: user.name,
    ...(session === undefined ? {} : { sessionContext: { attributes: attributes(session.issued, session.mfa) } }),
  };
}

const attributes = (issued: Date, mfa: boolean) => ({
  creationDate: issued.toISOString(),
  mfaAuthenticated: String(mfa),
});
