import { readFile } from "node:fs/promises";

import { parse } from "yaml";

import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { askSecret, canAsk } from "../terminal/ask.ts";

/**
 * The environment by which the engine gets the passphrase of the stack's secrets: from `PULUMI_CONFIG_PASSPHRASE` or
 * `PULUMI_CONFIG_PASSPHRASE_FILE`, else asked for once. Nothing, where the stack's secrets are kept by somebody else.
 *
 * @param isNew a new stack's passphrase is asked for twice
 */
export async function passphraseEnvironment(project: Project, isNew: boolean): Promise<Record<string, string>> {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (passphrase !== undefined || file) return {};
  if (!(await usesPassphrase(project))) return {};
  if (!canAsk()) {
    throw new Failure(
      `The passphrase of the stack "${project.stack}" is needed, and there is no terminal to ask on.`,
      "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
    );
  }
  const answer = await askSecret(
    `${isNew ? "Choose a passphrase for" : "Passphrase of"} the stack "${project.stack}":`,
  );
  if (isNew && (await askSecret("The same passphrase again:")) !== answer) {
    throw new Failure("The two passphrases differ.", "Run the command again.");
  }
  return { PULUMI_CONFIG_PASSPHRASE: answer };
}

async function usesPassphrase(project: Project): Promise<boolean> {
  const file = (parse(await readFile(project.settingsFile, "utf8")) ?? {}) as Record<string, unknown>;
  if (typeof file["secretsprovider"] === "string") return file["secretsprovider"] === "passphrase";
  // Pulumi Cloud keeps the secrets of its stacks itself, unless the stack says otherwise.
  return "encryptionsalt" in file || !project.backendUrl.startsWith("https:");
}
