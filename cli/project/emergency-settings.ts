import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import type { Document } from "yaml";

import { type Settings, settingsSchema } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "./project.ts";
import { type RosterName, rosterNames } from "./roster-names.ts";
import { yamlDocument } from "./yaml-file.ts";

/** The settings that shutting somebody out needs: the users' account, and the way into other accounts. */
export type EmergencySettings = Pick<
  Settings,
  "authAccount" | "developmentAccounts" | "accessRole" | "rolePrefix" | "roles" | "organizationalUnits"
> & {
  developers: RosterName[];
};

/**
 * Reads the settings that an emergency needs, each key by itself: an error elsewhere in the file, or in somebody else's entry, must not
 * keep anybody's access alive.
 *
 * @throws Failure when the file has no valid auth account
 */
export async function readEmergencySettings({ settingsFile }: Project): Promise<EmergencySettings> {
  const document = yamlDocument(await readFile(settingsFile, "utf8"));
  const values = readingsIn(document);
  const { shape } = settingsSchema;
  const { data: authAccount } = shape.authAccount.safeParse(values["authAccount"]);
  if (authAccount === undefined) {
    throw new Failure(
      `${basename(settingsFile)} does not tell the auth account, in which the developers' users are.`,
      `Write its id: mfa-admin:authAccount: "222222222222". Or deny everything by hand: aws iam put-user-policy (docs/emergency.md).`,
      { setting: ["authAccount"] },
    );
  }
  const accounts = Object.entries(mapOf(values["developmentAccounts"])).filter(([, id]) => /^\d{12}$/.test(String(id)));
  return {
    authAccount,
    developmentAccounts: Object.fromEntries(accounts.map(([name, id]) => [name, String(id)])),
    accessRole: shape.accessRole.safeParse(values["accessRole"]).data ?? shape.accessRole.parse(undefined),
    rolePrefix: shape.rolePrefix.safeParse(values["rolePrefix"]).data ?? shape.rolePrefix.parse(undefined),
    roles: shape.roles.safeParse(values["roles"]).data,
    organizationalUnits: shape.organizationalUnits.safeParse(values["organizationalUnits"]).data ?? [],
    developers: rosterNames(document),
  };
}

/** The values below `mfa-admin:`, as far as the text can be read. */
function readingsIn(document: Document): Record<string, unknown> {
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    // An alias has no anchor.
    content = undefined;
  }
  const entries = Object.entries(mapOf(mapOf(content)["config"]));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (key.startsWith("mfa-admin:") ? [[key.slice("mfa-admin:".length), value]] : [])),
  );
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
