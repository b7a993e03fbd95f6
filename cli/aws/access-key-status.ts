import { GetAccessKeyLastUsedCommand, type IAMClient } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accessKeysOf } from "../../infra/access-keys.ts";
import type { AccessKeyStatus } from "../results/credentials.ts";

/** A user's access keys, and when each was last used. @throws NoSuchEntityException when there is no such user */
export async function accessKeyStatuses(iam: IAMClient, userName: string): Promise<AccessKeyStatus[]> {
  return pMap(await accessKeysOf(iam, userName), async ({ AccessKeyId: id = "", Status, CreateDate }) => {
    const key = { id, active: Status === "Active", createdAt: CreateDate?.toISOString() ?? "" };
    try {
      const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
      // A key that was never used has no date, and "N/A" for its service.
      const { LastUsedDate, ServiceName = "" } = AccessKeyLastUsed ?? {};
      return { ...key, ...(LastUsedDate && { lastUsedAt: LastUsedDate.toISOString(), lastUsedService: ServiceName }) };
    } catch {
      // The last use is left unknown: a command that deletes a key does not need it.
      return { ...key, lastUseUnknown: true as const };
    }
  });
}
