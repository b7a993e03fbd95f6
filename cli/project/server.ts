import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { pulumiHome } from "../../toolchain/cache.js";

/** Whether a server keeps the state: Pulumi Cloud or a self-hosted one. It has its own secrets, locks and versions of the state. */
export function isServer(backendUrl: string): boolean {
  return /^https?:/.test(backendUrl);
}

/** Whether the user is not logged in at the server that keeps the state, checked as Pulumi does. */
export async function lacksLogin(backendUrl: string): Promise<boolean> {
  // A CI system passes a secret that the job may not have as an empty text.
  if (!isServer(backendUrl) || process.env["PULUMI_ACCESS_TOKEN"]) return false;
  const directory = process.env["PULUMI_CREDENTIALS_PATH"] || pulumiHome();
  try {
    const text = await readFile(join(directory, "credentials.json"), "utf8");
    const { accessTokens = {} } = JSON.parse(text) as { accessTokens?: Record<string, string> };
    return !accessTokens[backendUrl];
  } catch {
    return true;
  }
}
