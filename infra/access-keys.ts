import {
  type AccessKeyMetadata,
  DeleteAccessKeyCommand,
  type IAMClient,
  paginateListAccessKeys,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";

import { unlessGone } from "./gone.ts";

/** A user's access keys. @throws NoSuchEntityException when there is no such user */
export async function accessKeysOf(iam: IAMClient, userName: string): Promise<AccessKeyMetadata[]> {
  const keys: AccessKeyMetadata[] = [];
  for await (const page of paginateListAccessKeys({ client: iam }, { UserName: userName })) {
    keys.push(...(page.AccessKeyMetadata ?? []));
  }
  return keys;
}

/**
 * Deactivates an access key, which stops it at once, and deletes it. The deletion is tried even if the deactivation fails.
 *
 * @returns false when there was no such key (any more)
 */
export async function removeAccessKey(iam: IAMClient, userName: string, id: string): Promise<boolean> {
  const key = { UserName: userName, AccessKeyId: id };
  const [stopped] = await Promise.allSettled([
    unlessGone(iam.send(new UpdateAccessKeyCommand({ ...key, Status: "Inactive" }))),
  ]);
  try {
    return await unlessGone(iam.send(new DeleteAccessKeyCommand(key)));
  } catch (error) {
    // A key that is inactive but not deleted is harmless: the error says so.
    if (stopped.status === "rejected") throw error;
    throw Object.assign(error as Error, { message: `${(error as Error).message} It is inactive.` });
  }
}
