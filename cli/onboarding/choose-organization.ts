import { existsSync } from "node:fs";
import { join } from "node:path";

import { organizationsAt } from "../engine/organizations.ts";
import { readProjectFile, requireServerFor } from "../project/project.ts";
import { isServer } from "../project/server.ts";
import { canAsk, chooseOne } from "../terminal/ask.ts";

/**
 * The organization that is to have a new stack, where a server keeps the state: the one that `--stack` names, else that of
 * `Pulumi.yaml`, else by asking, where there is a terminal and a choice, else the default of whoever is logged in. It is kept in
 * `Pulumi.yaml`: whoever comes next may have another default.
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
