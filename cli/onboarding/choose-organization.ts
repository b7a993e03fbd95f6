import { existsSync } from "node:fs";
import { join } from "node:path";

import { organizationsAt } from "../engine/organizations.ts";
import { readProjectFile, requireServerFor } from "../project/project.ts";
import { isServer } from "../project/server.ts";
import { canAsk, chooseOne } from "../terminal/ask.ts";

/**
 * The organization of a new stack, where a server keeps the state: that of `--stack`, else that of `Pulumi.yaml`, else one that is chosen
 * on a terminal, else the default of the user who is logged in. It is written to `Pulumi.yaml`, since other users may have other defaults.
 */
export async function chooseOrganization(
  given: string | undefined,
  { backendUrl, stack, directory }: { backendUrl: string; stack: string; directory: string },
): Promise<string | undefined> {
  requireServerFor(given, { backendUrl, stack });
  if (given !== undefined || !isServer(backendUrl)) return given;
  const kept = existsSync(join(directory, "Pulumi.yaml")) ? (await readProjectFile(directory)).organization : undefined;
  if (kept !== undefined) return kept;
  const { all, byDefault } = await organizationsAt({ backendUrl, stack, directory });
  if (all.length < 2 || !canAsk()) return byDefault;
  const inOrder = [byDefault, ...all.filter((name) => name !== byDefault)];
  return chooseOne(
    "Which organization is to have the stack?",
    inOrder.map((name) => ({ name, value: name })),
  );
}
