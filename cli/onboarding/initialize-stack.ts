import { basename } from "node:path";

import { accountIdsIn } from "../../infra/names.ts";
import { parseSettings } from "../../infra/settings.ts";
import { type OrganizationView, viewOrganization } from "../aws/organization-view.ts";
import { requirePreconditions, managementAccountAtHand } from "../aws/preconditions.ts";
import { shutOutBy } from "../deploy/shut-out.ts";
import { usablePulumi } from "../engine/pulumi-command.ts";
import { createStack, listStacks } from "../engine/stack.ts";
import { exportSealed } from "../engine/state-transfer.ts";
import { manyAccountsNote } from "../report/many-accounts.ts";
import { Failure } from "../failure.ts";
import { warningText } from "../report/wording.ts";
import { type InitialSettings, newStackPlace, writeProject } from "../project/initialize.ts";
import { parseStackName, type Project } from "../project/project.ts";
import { askSettings, askStack, type InitAnswers, requireComplete } from "./questions.ts";
import { contents } from "../state-move/contents.ts";
import { inspectPlace, protectionOf, requireBackendUrl } from "../state/place.ts";
import { requireSecretsProvider } from "../state/secrets-provider.ts";
import { oneLine } from "../terminal/one-line.ts";
import { chooseOrganization } from "./choose-organization.ts";
import { choosePlace } from "./choose-place.ts";

export interface InitializeOptions {
  /** The directory in or above which the project is; a new project is made in it. */
  from: string;
  backendUrl: string | undefined;
  secretsProvider: string | undefined;
  /** The answers from the flags; development accounts are still texts of the form NAME=ID. */
  answers: Omit<InitAnswers, "developmentAccounts"> & { developmentAccounts?: string[] | undefined };
  /** Called with warnings for the administrator, before a file is written. */
  tell: (warning: string) => void;
}

/** Does everything that `init` does, the cheapest checks first. Files are written last, and removed again when the engine refuses. */
export async function initialize(options: InitializeOptions): Promise<{
  project: Project;
  settings: InitialSettings;
  /** A sentence on what protects the state. */
  protection: string;
  warnings: string[];
}> {
  const { from, backendUrl, secretsProvider, answers: flags, tell } = options;
  const answers: InitAnswers = { ...flags, developmentAccounts: namedAccounts(flags.developmentAccounts) };
  if (answers.stack !== undefined) newStackPlace(from, parseStackName(answers.stack).stack);
  requireComplete(answers);
  if (backendUrl !== undefined) requireBackendUrl("--backend", backendUrl);
  requireSecretsProvider(secretsProvider);
  requireValid(answers);
  await usablePulumi();
  const management = await managementAccountAtHand();
  const { stack, organization: owner } = parseStackName(answers.stack ?? (await askStack()));
  const place = newStackPlace(from, stack);
  const organization = await viewOrganization();
  const settings = await askSettings(answers, organization, management);
  requireKnownAccounts(settings, organization);
  await requirePreconditions(settings);
  const { chosen, ...where } = await choosePlace({ backendUrl, secretsProvider }, place.directory);
  const stateOwner = await chooseOrganization(owner, { ...where, stack, directory: place.directory });
  const note = manyAccountsNote({ ...settings, roles: undefined });
  const warnings = [
    ...(await warningsAbout(settings, organization)),
    ...(await inspectPlace(where, place.directory)),
    ...(note === undefined ? [] : [note]),
  ];
  for (const warning of warnings) tell(warning);
  const files = {
    stack,
    settings,
    ...where,
    backendUrl: chosen ? where.backendUrl : undefined,
    organization: stateOwner,
  };
  const project = await writeProject(place, files, async (project) => {
    await requireUnused(project);
    await createStack(project, { secretsProvider: where.secretsProvider });
  });
  return { project, settings, protection: protectionOf(where), warnings };
}

/** Refuses a stack whose state has resources: a new roster would remove the state's developers. An unused stack may be taken. */
async function requireUnused(project: Project): Promise<void> {
  const { stack, backendUrl, settingsFile } = project;
  if (!(await listStacks(project)).some(({ name }) => name === stack)) return;
  const { resources, pending_operations } = contents(await exportSealed(project));
  if (resources.length === 0 && pending_operations.length === 0) return;
  throw new Failure(
    `There is a state of a stack "${stack}" in ${backendUrl} already, with ${resources.length} resources.`,
    `Get the ${basename(settingsFile)} that goes with it (git pull), or name another stack with --stack.`,
  );
}

function namedAccounts(values: string[] | undefined): Record<string, string> | undefined {
  if (values === undefined) return undefined;
  const accounts: Record<string, string> = {};
  for (const value of values) {
    const [, name, id] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (name === undefined || id === undefined) {
      throw new Failure(
        `--development-account ${value}: this is not NAME=ID.`,
        "Write, for one, sandbox=333333333333.",
      );
    }
    if (Object.hasOwn(accounts, name))
      throw new Failure(`--development-account: "${name}" is given twice.`, "Name every account once.");
    accounts[name] = id;
  }
  return accounts;
}

const flagOf: Partial<Record<string, string>> = {
  authAccount: "--auth-account",
  developmentAccounts: "--development-account",
  organizationalUnits: "--organizational-unit",
  accessRole: "--access-role",
  accessKeys: "--access-keys",
  guardRails: "--guard-rails",
};

/** Checks the flags' values by the settings' own schema; keys that are still to be asked for are not missing. */
function requireValid(answers: InitAnswers): void {
  const given = Object.fromEntries(
    Object.entries(answers).filter(([key, value]) => key !== "stack" && value !== undefined),
  );
  const { error } = parseSettings(given);
  const problems = (error?.issues ?? []).filter(({ path: [key] }) => String(key) in given);
  if (problems.length === 0) return;
  const lines = problems.map(({ path: [key, ...rest], message }) => {
    const at = rest.map(String).filter((part) => !/^\d+$/.test(part));
    return `${[flagOf[String(key)] ?? String(key), ...at].join(" ")}: ${message}.`;
  });
  throw new Failure(lines.join("\n"), "Nothing was changed; correct the flags.");
}

function requireKnownAccounts(settings: InitialSettings, { accounts, inactive }: OrganizationView): void {
  const known = new Set(accounts.map(({ id }) => id));
  const wanted = accountIdsIn(settings);
  for (const [name, id] of Object.entries(wanted)) {
    if (known.has(id)) continue;
    const closed = inactive.find((account) => account.id === id);
    if (closed !== undefined) {
      throw new Failure(
        `The account ${id} (${name}) is ${closed.state} in AWS Organizations: nothing can be made in it.`,
        "Leave it out.",
      );
    }
    throw new Failure(
      `The organization has no active account ${id} (${name}).`,
      `Its accounts are: ${accounts.map((account) => `${account.id} ${account.name}`).join(", ")}.`,
    );
  }
}

/** Warnings for the administrator before the service control policy is attached. */
async function warningsAbout(settings: InitialSettings, { organizationalUnits }: OrganizationView): Promise<string[]> {
  const units = organizationalUnits.filter(({ id }) => settings.organizationalUnits.includes(id));
  const covered = new Set(units.flatMap(({ accountIds }) => accountIds));
  const uncovered = Object.entries(settings.developmentAccounts).filter(([, id]) => !covered.has(id));
  const shutOut = await shutOutBy(
    { organizationalUnits: [], exemptUntil: {} },
    { ...settings, shutOut: [], exempt: {} },
  );
  return [
    ...uncovered.map(
      ([name, id]) => `${name} (${id}) is in none of these organizational units, so the policy does not protect it.`,
    ),
    ...shutOut.map((warning) => warningText(warning, oneLine)),
  ];
}
