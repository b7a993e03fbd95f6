import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { pulumiHome } from "../../toolchain/cache.js";

/** Whether a server keeps the state: Pulumi Cloud, or one of one's own. It has its own secrets, locks and older versions. */
export function isServer(backendUrl: string): boolean {
  return /^https?:/.test(backendUrl);
}

/** Whether nobody is logged in at the server that keeps the state, as Pulumi looks for it. */
export async function lacksLogin(backendUrl: string): Promise<boolean> {
  // A CI hands over what it must not know as an empty text.
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
