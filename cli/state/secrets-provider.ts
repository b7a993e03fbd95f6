import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { givingUp } from "../../infra/unanswered.ts";
import { Failure } from "../failure.ts";
import { clientConfigurationIn } from "./cloud-url.ts";

/** Refuses a value that is no secrets provider of Pulumi's. */
export function requireSecretsProvider(value: string | undefined): void {
  if (value === undefined || value === "passphrase") return;
  if (/^(azurekeyvault|gcpkms|hashivault):\/\/./.test(value)) return;
  const remedy = "Write passphrase, or awskms:///alias/NAME?region=REGION.";
  if (!/^awskms:\/\/\/?[^?]/.test(value) || !URL.canParse(value)) {
    throw new Failure(`--secrets-provider ${value}: nothing keeps secrets by that name.`, remedy);
  }
  if (!new URL(value).searchParams.has("region")) {
    throw new Failure(`--secrets-provider ${value}: the URL names no region.`, remedy);
  }
}

/** The KMS key of a secrets provider, by its id, alias or ARN; undefined for any other provider. */
export function kmsKeyOf(secretsProvider: string | undefined): { id: string; region: string } | undefined {
  if (!secretsProvider?.startsWith("awskms://")) return undefined;
  const { hostname, pathname, searchParams } = new URL(secretsProvider);
  return { id: `${hostname}${pathname}`.replace(/^\//, ""), region: searchParams.get("region") ?? "" };
}

/** Refuses a KMS key that cannot be used, by trying it before anything is made. Other providers are left to the engine. */
export async function requireUsableKey(secretsProvider: string | undefined): Promise<void> {
  const key = kmsKeyOf(secretsProvider);
  if (secretsProvider === undefined || key === undefined) return;
  const url = new URL(secretsProvider);
  const { id: KeyId, region } = key;
  const EncryptionContext = Object.fromEntries(
    [...url.searchParams].flatMap(([name, value]) => (name.startsWith("context_") ? [[name.slice(8), value]] : [])),
  );
  const { DecryptCommand, EncryptCommand, KMSClient } = await import("@aws-sdk/client-kms");
  const client = knowingClockErrors(new KMSClient(await clientConfigurationIn(url)));
  client.middlewareStack.use(givingUp());
  try {
    const sealed = await client.send(
      new EncryptCommand({ KeyId, EncryptionContext, Plaintext: Buffer.from("mfa-admin") }),
    );
    await client.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob, EncryptionContext }));
  } catch (error) {
    throw explainKey(KeyId, region, error);
  }
}

function explainKey(key: string, region: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const name = key.startsWith("alias/") ? key : "alias/NAME";
  if (error.name === "NotFoundException") {
    return new Failure(
      `There is no KMS key ${key} in ${region}.`,
      `Make it: aws kms create-key --region ${region}; then aws kms create-alias --region ${region} --alias-name ${name} --target-key-id ID`,
      { cause: error },
    );
  }
  if (error.name.startsWith("AccessDenied")) {
    return new Failure(
      `These credentials may not use the KMS key ${key}.`,
      "Allow them kms:Encrypt and kms:Decrypt on it.",
      { cause: error },
    );
  }
  if (error.name === "DisabledException" || error.name === "KMSInvalidStateException") {
    return new Failure(`The KMS key ${key} cannot be used: ${error.message}`, "Enable it, or name another one.", {
      cause: error,
    });
  }
  return error;
}
