import { NoSuchEntityException } from "@aws-sdk/client-iam";

/** True when the call did something; false when its resource was gone already (NoSuchEntityException). */
export async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  return ifThere(
    call.then(() => true),
    false,
  );
}

/** The call's result, or `otherwise` when its resource is gone (NoSuchEntityException). */
export async function ifThere<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return otherwise;
    throw error;
  }
}
