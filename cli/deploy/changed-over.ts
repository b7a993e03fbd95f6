import { region } from "../../infra/region.ts";
import { sharedRoleName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { trailEvents } from "../aws/trail.ts";
import type { TrailEvent } from "../aws/trail-event.ts";

/** The number of events to read at most: ten calls; CloudTrail allows two a second. */
const mostEvents = 500;

/**
 * The developers who have not logged in by the shared role yet, by CloudTrail's event history of the auth account, which is some
 * minutes behind. Events are read from the latest back, until every developer was seen.
 *
 * @param since the time before which no events are read
 */
export async function notChangedOver(settings: Settings, since: Date): Promise<string[]> {
  const attribute = { AttributeKey: "EventName", AttributeValue: "AssumeRole" } as const;
  const waiting = new Set(Object.keys(settings.developers));
  let count = 0;
  if (waiting.size === 0) return [];
  for await (const event of trailEvents(settings.authAccount, settings, { region, since, attribute })) {
    const name = enteredBy(event, settings);
    if (name !== undefined) waiting.delete(name);
    if (waiting.size === 0 || ++count >= mostEvents) break;
  }
  return [...waiting];
}

/** The user who has assumed the shared role; undefined for any other event. */
export function enteredBy(
  { caller, succeeded, request }: Pick<TrailEvent, "caller" | "succeeded" | "request">,
  settings: Pick<Settings, "rolePrefix">,
): string | undefined {
  const { roleArn } = request;
  const isShared = typeof roleArn === "string" && roleArn.endsWith(`:role/${sharedRoleName(settings)}`);
  return succeeded && isShared && caller.type === "IAMUser" ? caller.userName : undefined;
}
