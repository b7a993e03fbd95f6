import { setTimeout } from "node:timers/promises";

import { CloudControlClient, type OperationStatus, paginateListResourceRequests } from "@aws-sdk/client-cloudcontrol";

import { callerConfiguration } from "../../infra/caller.ts";
import { clientConfiguration } from "../../infra/accounts.ts";
import { knowingClockErrors } from "../../infra/clock-errors.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { tell } from "../terminal/tell.ts";
import { wordsOf } from "./error-words.ts";
import { openSession } from "./session.ts";

/** A resource that a run was changing when it died. */
export interface LeftResource {
  /** The resource's type in Pulumi, such as aws-native:iam:Role. */
  type: string;
  /** The resource's primary identifier; undefined while it is being made. */
  id?: string | undefined;
  /** The account's id, or "management" for the account of the credentials. */
  account: string;
  /** The resource in words, such as "role developer-alice (sandbox)". */
  words: string;
}

/** Milliseconds between two looks, and the longest wait in all. */
const pause = 1000;
const patience = 300_000;

/**
 * Waits until AWS has ended what died runs have asked of Cloud Control: it goes on without whoever has asked, and what is read before
 * would be changed afterwards (Cloud Control API Reference, "ListResourceRequests"). Where AWS does not tell, that is told, and not
 * waited for.
 *
 * @throws Failure where AWS is still at work after five minutes
 */
export async function requestsEnded(resources: LeftResource[], settings: Pick<Settings, "accessRole">): Promise<void> {
  const byAccount = Map.groupBy(resources, ({ account }) => account);
  await openSession();
  await Promise.all([...byAccount].map(([account, own]) => endedIn(account, own, settings)));
}

async function endedIn(account: string, resources: LeftResource[], settings: Pick<Settings, "accessRole">) {
  const client = cloudControl(account, settings);
  const deadline = Date.now() + patience;
  for (let isFirst = true; ; isFirst = false) {
    const busy = await busyOf(client, resources).catch((error: unknown) => {
      tell(`Whether AWS is still at work for a run that died could not be asked in ${account} (${wordsOf(error)}).`);
      return [];
    });
    if (busy.length === 0) return;
    const words = busy.map((one) => one.words).join(", ");
    if (Date.now() > deadline) {
      throw new Failure(
        `AWS is still at work for a run that died: ${words}.`,
        "Run the command again when it has ended; what it makes of it is not known before.",
      );
    }
    if (isFirst) tell(`Waiting for AWS, which is still at work for a run that died: ${words}.`);
    await setTimeout(pause);
  }
}

/** The resources about which a request is in progress. A request that makes a resource may not have its identifier yet. */
async function busyOf(client: CloudControlClient, resources: LeftResource[]): Promise<LeftResource[]> {
  const busy = new Set<LeftResource>();
  const OperationStatuses: OperationStatus[] = ["PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"];
  const request = { ResourceRequestStatusFilter: { OperationStatuses } };
  for await (const { ResourceRequestStatusSummaries = [] } of paginateListResourceRequests({ client }, request)) {
    for (const { TypeName = "", Identifier } of ResourceRequestStatusSummaries) {
      const about = resources.filter(
        ({ type, id }) =>
          isTypeNamed(type, TypeName) && (id === undefined || Identifier === undefined || id === Identifier),
      );
      for (const one of about) busy.add(one);
    }
  }
  return [...busy];
}

/** Whether a type of Pulumi's, aws-native:iam:Role, is CloudFormation's AWS::IAM::Role. */
function isTypeNamed(type: string, typeName: string): boolean {
  return type.replace("aws-native:", "aws:").replaceAll(":", "::").toLowerCase() === typeName.toLowerCase();
}

function cloudControl(account: string, { accessRole }: Pick<Settings, "accessRole">): CloudControlClient {
  return knowingClockErrors(
    new CloudControlClient(account === "management" ? callerConfiguration() : clientConfiguration(account, accessRole)),
  );
}
