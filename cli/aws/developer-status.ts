import { GetUserCommand, type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { enabledMfaDevicesOf } from "../../infra/mfa-devices.ts";
import { accessKeyStatuses } from "./access-key-status.ts";
import { hasPassword } from "./one-time-password.ts";
import type { DeveloperStatus } from "../results/list.ts";

/** Asks IAM about every developer, a few at a time. */
export function developerStatuses(iam: IAMClient, userNames: string[]): Promise<DeveloperStatus[]> {
  return pMap(userNames, (userName) => statusOf(iam, userName), { concurrency: 8 });
}

async function statusOf(iam: IAMClient, userName: string): Promise<DeveloperStatus> {
  try {
    const [{ User }, password, devices, accessKeys] = await Promise.all([
      iam.send(new GetUserCommand({ UserName: userName })),
      hasPassword(iam, userName),
      enabledMfaDevicesOf(iam, userName),
      accessKeyStatuses(iam, userName),
    ]);
    const mfaDevices = devices.map(({ serialNumber }) => serialNumber);
    const lastUsed = User?.PasswordLastUsed?.toISOString();
    return {
      userName,
      exists: true,
      hasPassword: password,
      mfaDevices,
      accessKeys,
      ...(lastUsed && { passwordLastUsedAt: lastUsed }),
    };
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    return { userName, exists: false, hasPassword: false, mfaDevices: [], accessKeys: [] };
  }
}
