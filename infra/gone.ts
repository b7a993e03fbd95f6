import { NoSuchEntityException } from "@aws-sdk/client-iam";

/** True when the call did something, false when what it is about was gone already. */
export async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}
