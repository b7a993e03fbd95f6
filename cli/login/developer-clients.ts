import type { IAMClient } from "@aws-sdk/client-iam";
import type { STSClient } from "@aws-sdk/client-sts";

import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { requestHandler } from "../../infra/network.ts";
import { region } from "../../infra/region.ts";
import type { AccessKey } from "./own-access-key.ts";

/** Credentials of a developer's key or session. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Timeouts in milliseconds, short since somebody waits at the terminal: a lost connection is reported soon. */
const patience = { connectionTimeout: 4000, requestTimeout: 8000, throwOnRequestTimeout: true };
const common = () => ({ region, maxAttempts: 3, requestHandler: requestHandler(patience) });

export async function iamFor(credentials: AccessKey | Credentials, offset = 0): Promise<IAMClient> {
  const { IAMClient } = await import("@aws-sdk/client-iam");
  return knowingClockErrors(
    new IAMClient({ ...common(), systemClockOffset: offset, credentials: keysOf(credentials) }),
  );
}

/** @param offset the clock offset of this machine in milliseconds, as an earlier answer has shown */
export async function stsFor(credentials: Credentials, offset = 0): Promise<STSClient> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  return knowingClockErrors(
    new STSClient({ ...common(), systemClockOffset: offset, credentials: keysOf(credentials) }),
  );
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Credentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
