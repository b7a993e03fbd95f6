import { CreateResourceCommand } from "@aws-sdk/client-cloudcontrol";
import * as pulumi from "@pulumi/pulumi";

import { letMocksKnowHooks } from "../../cli/engine/pulumi-insides.ts";
import { program } from "../../infra/program.ts";
import { type Settings, settingsSchema } from "../../infra/settings.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { administratorOf, clients, ended, type Clients } from "../sandbox/testing.ts";

/** The settings of a stack for a local AWS, with changes. */
export function settingsFor(sandbox: Sandbox, changes: Record<string, unknown> = {}): Settings {
  return settingsSchema.parse({
    organizationalUnits: [sandbox.organizationalUnit],
    authAccount: sandbox.authAccount,
    developmentAccounts: sandbox.developmentAccounts,
    ...changes,
  });
}

/**
 * Makes the program's resources in a local AWS through Cloud Control, in the program's order, in a fraction of a second: without engine,
 * plugin and state. test/end-to-end tests that an `up` makes the same.
 */
export async function makeStack(sandbox: Sandbox, settings: Settings): Promise<void> {
  const ids = { ...settings.developmentAccounts, auth: settings.authAccount };
  const accounts = new Map<string, Promise<Clients>>(
    Object.entries(ids).map(([name, id]) => [name, administratorOf(sandbox, id)]),
  );
  accounts.set("management", Promise.resolve(clients(sandbox)));
  await pulumi.runtime.setMocks(
    {
      call: () => ({}),
      newResource: async ({ type, name, inputs, provider }) => {
        const state = inputs as Record<string, unknown>;
        if (!type.startsWith("aws-native:")) return { id: `${name}-id`, state };
        const [, account = ""] = /::([^:]+)::[^:]*$/.exec(provider ?? "") ?? [];
        const own = await accounts.get(account);
        if (own === undefined) throw new Error(`${type} ${name} has the provider ${provider ?? "of nobody"}.`);
        return { id: await create(own, type, state), state };
      },
    },
    "mfa-admin",
    "test",
  );
  letMocksKnowHooks(pulumi.runtime);
  const organization = { id: sandbox.organization.id, managementAccount: sandbox.managementAccount };
  await pulumi.runtime.runInPulumiStack(() => program(settings, { organization }));
}

/** Creates a resource, by its type such as `aws-native:iam:User` and its inputs. Returns the primary identifier. */
async function create({ cloudControl }: Clients, type: string, inputs: Record<string, unknown>): Promise<string> {
  const [, service = "", kind = ""] = type.split(":");
  const command = new CreateResourceCommand({
    TypeName: `AWS::${service === "iam" ? "IAM" : "Organizations"}::${kind}`,
    DesiredState: JSON.stringify(
      Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [
          key.charAt(0).toUpperCase() + key.slice(1),
          key === "tags" ? (value as { key: string; value: string }[]).map(shownTag) : value,
        ]),
      ),
    ),
  });
  const event = await ended(cloudControl, await cloudControl.send(command));
  if (event.OperationStatus !== "SUCCESS") throw new Error(`${type}: ${event.StatusMessage ?? ""}`);
  return event.Identifier ?? "";
}

const shownTag = ({ key, value }: { key: string; value: string }) => ({ Key: key, Value: value });
