import { setTimeout } from "node:timers/promises";

import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accessEndOf } from "../../infra/access-ends.ts";
import { unlessGone } from "../../infra/gone.ts";
import { developerRoleTrust } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "./clients.ts";

/** A developer's role in an account. */
export interface DeveloperRole {
  developer: string;
  account: string;
  name: string;
}

/**
 * Writes the roles' trust policies again, as they were made. A user that was deleted and made again has another unique id, and the
 * old trust policy no longer matches it; the state does not tell that (IAM User Guide, "IAM identifiers").
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

/** Retries an update while IAM refuses a new principal, which it does not know everywhere yet. */
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
