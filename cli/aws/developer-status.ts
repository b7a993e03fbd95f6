import {
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  NoSuchEntityException,
  paginateListAccessKeys,
  paginateListMFADevices,
} from "@aws-sdk/client-iam";
import pMap from "p-map";

/** What IAM knows of one developer. */
export interface DeveloperStatus {
  userName: string;
  /** False when the user is in the roster but not in AWS (yet). */
  exists: boolean;
  /** Serial numbers of the MFA devices. */
  mfaDevices: string[];
  accessKeys: { id: string; active: boolean; createdAt: string; lastUsedAt?: string }[];
  /** The last sign-in to the console with the password. */
  passwordLastUsedAt?: string;
}

/** Asks IAM about every developer, a few at a time. */
export function developerStatuses(iam: IAMClient, userNames: string[]): Promise<DeveloperStatus[]> {
  return pMap(userNames, (userName) => statusOf(iam, userName), { concurrency: 8 });
}

async function statusOf(iam: IAMClient, userName: string): Promise<DeveloperStatus> {
  try {
    const [{ User }, mfaDevices, accessKeys] = await Promise.all([
      iam.send(new GetUserCommand({ UserName: userName })),
      mfaDevicesOf(iam, userName),
      accessKeysOf(iam, userName),
    ]);
    const lastUsed = User?.PasswordLastUsed?.toISOString();
    return { userName, exists: true, mfaDevices, accessKeys, ...(lastUsed && { passwordLastUsedAt: lastUsed }) };
  } catch (error) {
    if (error instanceof NoSuchEntityException) return { userName, exists: false, mfaDevices: [], accessKeys: [] };
    throw error;
  }
}

async function mfaDevicesOf(iam: IAMClient, userName: string): Promise<string[]> {
  const serialNumbers: string[] = [];
  for await (const { MFADevices } of paginateListMFADevices({ client: iam }, { UserName: userName })) {
    serialNumbers.push(...(MFADevices ?? []).map(({ SerialNumber = "" }) => SerialNumber));
  }
  return serialNumbers;
}

async function accessKeysOf(iam: IAMClient, userName: string): Promise<DeveloperStatus["accessKeys"]> {
  const keys: DeveloperStatus["accessKeys"] = [];
  for await (const { AccessKeyMetadata } of paginateListAccessKeys({ client: iam }, { UserName: userName })) {
    for (const { AccessKeyId: id = "", Status, CreateDate } of AccessKeyMetadata ?? []) {
      const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
      const lastUsedAt = AccessKeyLastUsed?.LastUsedDate?.toISOString();
      keys.push({
        id,
        active: Status === "Active",
        createdAt: CreateDate?.toISOString() ?? "",
        ...(lastUsedAt && { lastUsedAt }),
      });
    }
  }
  return keys;
}
