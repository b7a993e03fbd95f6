import { GetUserPolicyCommand, type IAMClient } from "@aws-sdk/client-iam";

import { isInForce, lockIn, lockPolicies } from "../../infra/lock.ts";
import { tell } from "../terminal/tell.ts";

/** Prints, for a developer who is locked, that the command has not unlocked them; nothing where AWS does not tell of a lock. */
export async function noteLocked(iam: IAMClient, UserName: string): Promise<void> {
  const found = await Promise.all(
    Object.values(lockPolicies).map(async (PolicyName) => {
      try {
        const { PolicyDocument = "" } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
        return lockIn({ name: PolicyName, document: JSON.parse(decodeURIComponent(PolicyDocument)) as unknown });
      } catch {
        return undefined;
      }
    }),
  );
  const lock = found.find((one) => one !== undefined && isInForce(one));
  if (lock === undefined) return;
  const unlock = lock.kind === "all" ? "--all" : UserName;
  tell(`Note: ${UserName} is locked since ${lock.since}, and stays so until mfa-admin unlock ${unlock}.`);
}
