import { setTimeout } from "node:timers/promises";

import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accessEndOf } from "../../infra/access-ends.ts";
import { unlessGone } from "../../infra/gone.ts";
import { developerRoleTrust } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "./clients.ts";

/** A role by its name, and whose it is. */
export interface DeveloperRole {
  developer: string;
  account: string;
  name: string;
}

/**
 * Has roles trust their developer's user as they were made: one that was deleted and made again is another one to IAM, which the
 * state does not tell (IAM User Guide, "IAM identifiers").
 */
export async function trustAgain(settings: Settings, roles: DeveloperRole[]): Promise<void> {
  const iam = clientsIn(settings);
  await pMap(
    roles,
    ({ developer, account, name }) => {
      const client = iam(settings.developmentAccounts[account] ?? "");
      const end = accessEndOf(settings, developer, account);
      const PolicyDocument = JSON.stringify(developerRoleTrust(settings, developer, end));
      const update = () => client.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }));
      return unlessGone(onceKnown(update));
    },
    { concurrency: 8 },
  );
}

/** IAM refuses a principal that it does not know everywhere yet. */
async function onceKnown<T>(update: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await update();
    } catch (error) {
      const isNew = error instanceof Error && error.name.startsWith("MalformedPolicyDocument");
      if (!isNew || attempt >= attempts) throw error;
      await setTimeout(1000 * attempt);
    }
  }
}

const attempts = 6;
