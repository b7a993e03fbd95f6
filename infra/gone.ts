import { NoSuchEntityException } from "@aws-sdk/client-iam";

/** True when the call did something, false when what it is about was gone already. */
export async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  return ifThere(
    call.then(() => true),
    false,
  );
}

/** What the call gives, or something else when what it is about is gone. */
export async function ifThere<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return otherwise;
    throw error;
  }
}
