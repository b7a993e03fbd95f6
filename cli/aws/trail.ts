import { CloudTrailClient, type LookupAttribute, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";

import { callerConfiguration } from "../../infra/caller.ts";
import { clientConfiguration } from "../../infra/accounts.ts";
import { knowingClockErrors } from "../../infra/clock-errors.ts";
import type { Settings } from "../../infra/settings.ts";
import { trailEvent, type TrailEvent } from "./trail-event.ts";

/**
 * Events of an account's event history, the latest first. It is slow: AWS allows two calls a second, with 50 events each
 * (CloudTrail User Guide, "Viewing recent management events with the AWS CLI").
 *
 * @param accountId the account of the credentials at hand when left out
 * @param attribute the attribute by which AWS selects events: an event's name, or a user's
 */
export async function* trailEvents(
  accountId: string | undefined,
  { accessRole }: Pick<Settings, "accessRole">,
  { region, since, attribute }: { region: string; since: Date; attribute?: LookupAttribute },
): AsyncIterable<TrailEvent> {
  const configuration = accountId === undefined ? callerConfiguration() : clientConfiguration(accountId, accessRole);
  const client = knowingClockErrors(new CloudTrailClient({ ...configuration, region, maxAttempts: 12 }));
  const request = { StartTime: since, ...(attribute !== undefined && { LookupAttributes: [attribute] }) };
  for await (const { Events } of paginateLookupEvents({ client, pageSize: 50 }, request)) {
    for (const { CloudTrailEvent } of Events ?? []) {
      const event = trailEvent(CloudTrailEvent ?? "{}");
      if (event !== undefined) yield event;
    }
  }
}

/** Collects all events. @param advance called for each event */
export async function allEvents(events: AsyncIterable<TrailEvent>, advance: () => void): Promise<TrailEvent[]> {
  const all: TrailEvent[] = [];
  for await (const event of events) {
    all.push(event);
    advance();
  }
  return all;
}
