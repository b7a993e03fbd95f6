import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";

import { Failure } from "../failure.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";
import { secretsIn, secretsProviderOf } from "../state/secrets-keys.ts";
import { askSecret, canAsk } from "../terminal/ask.ts";
import { tell } from "../terminal/tell.ts";

/**
 * The environment variables that give the engine the passphrase of the stack's secrets. It comes from `PULUMI_CONFIG_PASSPHRASE` or
 * `PULUMI_CONFIG_PASSPHRASE_FILE`, else it is asked for once. The result is empty where another secrets provider is used.
 */
export async function passphraseEnvironment(project: Project): Promise<Record<string, string>> {
  if ((await givenPassphrase()) !== undefined) return whereGiven();
  const { kept, salt } = await secretsOf(project);
  if (!kept) return {};
  if (!canAsk()) {
    throw new Failure(
      `The passphrase of the stack "${stackReference(project)}" is needed, and there is no terminal to ask on.`,
      "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
    );
  }
  if (salt !== undefined) {
    const isRight = async (value: string): Promise<true | string> =>
      (await opens(value, salt)) || "That is not the passphrase of this stack.";
    return {
      PULUMI_CONFIG_PASSPHRASE: await askSecret(`Passphrase of the stack "${stackReference(project)}":`, isRight),
    };
  }
  return { PULUMI_CONFIG_PASSPHRASE: await choosePassphrase(project) };
}

async function choosePassphrase(project: Project): Promise<string> {
  const something = (value: string): Promise<true | string> =>
    Promise.resolve(value !== "" || "An empty passphrase protects nothing.");
  tell("Every command that opens the state needs this passphrase. If it is lost, the state is, too.");
  for (;;) {
    const chosen = await askSecret(`Choose a passphrase for the stack "${stackReference(project)}":`, something);
    if ((await askSecret("The same passphrase again:")) === chosen) return chosen;
    tell("The two passphrases differ.");
  }
}

/** Refuses a wrong passphrase before anything is done: the engine checks it only when a run starts. */
export async function requirePassphrase(project: Project): Promise<void> {
  const passphrase = await givenPassphrase();
  if (passphrase === undefined) return;
  const { kept, salt } = await secretsOf(project);
  if (kept && salt !== undefined && !(await opens(passphrase, salt))) throw wrongPassphrase(project);
}

/** Whether the passphrase is needed, and there is neither the right one nor anybody to ask. */
export async function lacksPassphrase(project: Project): Promise<boolean> {
  const passphrase = await givenPassphrase();
  const { kept, salt } = await secretsOf(project);
  // A CI sets the variable to an empty text where the job may not have the secret.
  if (!kept || Boolean(passphrase)) return false;
  if (passphrase === undefined) return !canAsk();
  return salt !== undefined && !(await opens(passphrase, salt));
}

export function wrongPassphrase(project: StackName, cause?: unknown): Failure {
  return new Failure(
    `The passphrase is not that of the stack "${stackReference(project)}".`,
    "Correct PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or unset both to be asked.",
    { cause },
  );
}

/** The passphrase file's variable with an absolute path: the engine runs in the project's directory, which may be another one. */
function whereGiven(): Record<string, string> {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  return passphrase === undefined && file ? { PULUMI_CONFIG_PASSPHRASE_FILE: resolve(file) } : {};
}

/** The passphrase as Pulumi reads it: from the variable, even an empty one, else from the file. */
async function givenPassphrase(): Promise<string | undefined> {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (passphrase !== undefined) return passphrase;
  if (!file) return undefined;
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new Failure(
      `The file with the passphrase cannot be read: ${(error as Error).message}.`,
      "Correct PULUMI_CONFIG_PASSPHRASE_FILE.",
      { cause: error },
    );
  }
}

/** Whether a passphrase encrypts the stack's secrets, and the salt by which Pulumi recognizes it. */
async function secretsOf(project: Project): Promise<{ kept: boolean; salt: string | undefined }> {
  const keys = secretsIn(await readFile(project.settingsFile, "utf8"));
  return { kept: secretsProviderOf(keys, project.backendUrl) === "passphrase", salt: keys.encryptionsalt };
}

/**
 * Whether a passphrase decrypts `encryptionsalt`: `v1:SALT:v1:NONCE:TEXT`, a text that Pulumi has encrypted with AES-256-GCM by a
 * key derived from the passphrase. Any other format is left to the engine: the result is true.
 */
async function opens(passphrase: string, encryptionSalt: string): Promise<boolean> {
  const [version, salt, innerVersion, nonce, sealed] = encryptionSalt.split(":");
  if (version !== "v1" || innerVersion !== "v1" || !salt || !nonce || !sealed) return true;
  const key = await promisify(pbkdf2)(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  decipher.update(bytes.subarray(0, -16));
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
