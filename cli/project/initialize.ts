import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";
import * as z from "zod";

import { type Settings, settingsSchema } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { withOrganization } from "./backend-text.ts";
import { defaultBackendUrl, findProjectDirectory, type Project, readProjectFile, settingsFileOf } from "./project.ts";
import { parseYamlFile } from "./yaml-file.ts";

/** The settings that `init` decides; all others have a default in the schema. */
export type InitialSettings = Pick<
  Settings,
  "organizationalUnits" | "authAccount" | "developmentAccounts" | "accessRole" | "region" | "accessKeys"
> &
  Partial<Pick<Settings, "guardRails">>;

/** The place of a new stack's files. @throws Failure when the stack has a settings file already */
export function newStackPlace(from: string, stack: string): { directory: string; settingsFile: string } {
  const directory = findProjectDirectory(from) ?? from;
  const settingsFile = settingsFileOf(directory, stack);
  if (existsSync(settingsFile)) {
    throw new Failure(
      `The stack "${stack}" has its settings in ${settingsFile} already.`,
      "Edit that file, or name another stack with --stack.",
    );
  }
  return { directory, settingsFile };
}

/** The content of a new stack's files. */
export interface NewStack {
  stack: string;
  settings: InitialSettings;
  /** The backend of the state; that of `Pulumi.yaml` or `PULUMI_BACKEND_URL` when left out. */
  backendUrl: string | undefined;
  /** The stack's organization, where a server keeps the state. */
  organization?: string | undefined;
  /** The stack's secrets provider; Pulumi's default when left out. */
  secretsProvider?: string | undefined;
}

/** Writes the files of a new stack and calls `finish`. When that fails, the files are removed again. */
export async function writeProject(
  { directory, settingsFile }: { directory: string; settingsFile: string },
  { stack, settings, backendUrl: chosenUrl, organization, secretsProvider }: NewStack,
  finish: (project: Project) => Promise<void>,
): Promise<Project> {
  const own = join(directory, ".mfa-admin");
  const isFirst = !existsSync(own);
  const files = new Map<string, string>([
    [join(directory, "Pulumi.yaml"), await projectFileText(directory, chosenUrl, organization)],
    [join(own, ".gitignore"), "# A state on this machine is nobody else's.\nstate/\n"],
    [join(own, "settings.schema.json"), `${JSON.stringify(editorSchema(), undefined, 2)}\n`],
    [settingsFile, settingsFileText(settings, secretsProvider)],
  ]);
  const before = new Map<string, string | undefined>();
  try {
    for (const [path, text] of files) {
      before.set(path, existsSync(path) ? await readFile(path, "utf8") : undefined);
      if (before.get(path) === text) continue;
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, text);
    }
    const { name, backendUrl } = await readProjectFile(directory);
    const project = { directory, name, stack, settingsFile, backendUrl, ...(organization && { organization }) };
    await finish(project);
    return project;
  } catch (error) {
    for (const [path, text] of before) {
      await (text === undefined ? rm(path, { force: true }) : writeFileAtomic(path, text));
    }
    if (isFirst) await rm(own, { recursive: true, force: true });
    throw error;
  }
}

/** The text of `Pulumi.yaml`, new or completed: an existing backend is never replaced. */
async function projectFileText(
  directory: string,
  backendUrl: string | undefined,
  organization: string | undefined,
): Promise<string> {
  const path = join(directory, "Pulumi.yaml");
  const text = existsSync(path)
    ? await readFile(path, "utf8")
    : "name: mfa-admin\ndescription: The MFA policies, users and roles of an AWS Organization.\nruntime: nodejs\n";
  const { document } = parseYamlFile(path, text);
  const present = document.getIn(["backend", "url"]) as string | undefined;
  if (backendUrl !== undefined && present !== undefined && present !== backendUrl) {
    throw new Failure(
      `${path} keeps the state in ${present}, not in ${backendUrl}.`,
      "Leave --backend out, or edit Pulumi.yaml first.",
    );
  }
  const chosen = backendUrl ?? (process.env["PULUMI_BACKEND_URL"] ? undefined : defaultBackendUrl);
  const kept = document.get("organization") as string | undefined;
  if (organization !== undefined && kept !== undefined && kept !== organization) {
    throw new Failure(
      `${path} keeps the stacks in the organization ${kept}, not in ${organization}.`,
      "Name the stack without an organization, or edit Pulumi.yaml first.",
    );
  }
  const isKept = kept !== undefined || organization === undefined;
  if (present !== undefined || chosen === undefined) return isKept ? text : withOrganization(text, organization);
  document.setIn(["backend", "url"], chosen);
  const edited = document.toString({ lineWidth: 0 });
  return isKept ? edited : withOrganization(edited, organization);
}

function settingsFileText(settings: InitialSettings, secretsProvider: string | undefined): string {
  const { organizationalUnits, authAccount, developmentAccounts, accessRole, region, accessKeys, guardRails } =
    settings;
  const list = (values: string[]): string => values.map((value) => `    - ${value}\n`).join("");
  const map = Object.entries(developmentAccounts).map(([name, id]) => `    ${name}: "${id}"\n`);
  const defaultRole = settingsSchema.shape.accessRole.parse(undefined);
  return [
    "# yaml-language-server: $schema=.mfa-admin/settings.schema.json\n",
    secretsProvider === undefined ? "" : stringify({ secretsprovider: secretsProvider }),
    "config:\n",
    "  # The organizational units that the service control policy is attached to.\n",
    `  mfa-admin:organizationalUnits:\n${list(organizationalUnits)}`,
    "  # Holds the developers' IAM users, and nothing else.\n",
    `  mfa-admin:authAccount: "${authAccount}"\n`,
    "  # Where developers work, each by a name of your choice.\n",
    `  mfa-admin:developmentAccounts:\n${map.join("")}`,
    accessRole === defaultRole ? "" : `  mfa-admin:accessRole: ${accessRole}\n`,
    region === undefined ? "" : `  # The region of the developers' profiles.\n  mfa-admin:region: ${region}\n`,
    accessKeys === undefined
      ? ""
      : `  # with-mfa: access keys are made, changed and deleted with MFA alone. article: without, too.\n  mfa-admin:accessKeys: ${accessKeys}\n`,
    guardRails === undefined || guardRails.length === 0
      ? ""
      : `  # What a developer's session cannot take away from the organization (docs/guard-rails.md).\n  mfa-admin:guardRails:\n${list(guardRails)}`,
    "  # The roster. NAME: {} is let into every development account, NAME: { accounts: [a, b] } into these.\n",
    "  mfa-admin:developers: {}\n",
  ].join("");
}

/** The JSON Schema of a stack file, by which editors complete and check it. */
export function editorSchema(): Record<string, unknown> {
  const { properties = {}, $schema } = z.toJSONSchema(settingsSchema, { io: "input" });
  const prefixed = Object.entries(properties).map(([key, schema]) => [`mfa-admin:${key}`, schema]);
  return {
    $schema,
    title: "A stack of mfa-admin (Pulumi.<stack>.yaml)",
    type: "object",
    properties: { config: { type: "object", properties: Object.fromEntries(prefixed) as unknown } },
  };
}
