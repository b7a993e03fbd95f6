import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { Failure } from "../failure.ts";
import { isServer } from "./server.ts";
import { parseYamlFile } from "./yaml-file.ts";

/** A Pulumi project directory and one of its stacks. */
export interface Project {
  directory: string;
  /** The project's name, from `Pulumi.yaml`. */
  name: string;
  stack: string;
  /** `Pulumi.<stack>.yaml`, an absolute path. */
  settingsFile: string;
  /** The URL of the state's backend: `PULUMI_BACKEND_URL`, else that of `Pulumi.yaml`, else a directory in the project. */
  backendUrl: string;
  /**
   * The organization of the stack where a server keeps the state: by `--stack ORG/NAME`, else by `Pulumi.yaml`. When left out, Pulumi takes
   * the default of the user who is logged in.
   */
  organization?: string;
}

/** The backend of a project that names none, relative to the project directory. */
export const defaultBackendUrl = "file://./.mfa-admin/state";

const projectFile = "Pulumi.yaml";

/** The nearest directory, from the given one upwards, that has a `Pulumi.yaml`. */
export function findProjectDirectory(from: string): string | undefined {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (existsSync(join(directory, projectFile))) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}

/** Finds the project and the stack; without a stack's name, the project's only one. */
export async function openProject(from: string, stack: string | undefined): Promise<Project> {
  const directory = findProjectDirectory(from);
  if (directory === undefined) {
    throw new Failure(
      `There is no Pulumi.yaml in ${resolve(from)} or above it.`,
      "Run the command in the project's directory, or run mfa-admin init to make a project.",
    );
  }
  const given = stack === undefined ? undefined : parseStackName(stack);
  const chosen = given?.stack ?? (await onlyStack(directory));
  const settingsFile = settingsFileOf(directory, chosen);
  if (!existsSync(settingsFile)) {
    const stacks = await stacksIn(directory);
    throw new Failure(
      `The stack "${chosen}" has no Pulumi.${chosen}.yaml in ${directory}.`,
      stacks.length > 0 ? `The stacks here are: ${stacks.join(", ")}.` : `Run mfa-admin init --stack ${chosen}.`,
    );
  }
  const { name, backendUrl, organization: kept } = await readProjectFile(directory);
  if (given?.project !== undefined && given.project !== name) {
    throw new Failure(`The project here is ${name}, not ${given.project}.`, `Name the stack ${chosen}.`);
  }
  const organization = given?.organization ?? kept;
  requireServerFor(given?.organization, { backendUrl, stack: chosen });
  return { directory, name, stack: chosen, settingsFile, backendUrl, ...(organization && { organization }) };
}

/** @throws Failure where an organization is named, but the state is not kept by a server, which alone has organizations */
export function requireServerFor(
  organization: string | undefined,
  { backendUrl, stack }: Pick<Project, "backendUrl" | "stack">,
): void {
  if (organization === undefined || isServer(backendUrl)) return;
  throw new Failure(
    `The state is kept in ${backendUrl}, which knows no organization ${organization}.`,
    `Name the stack ${stack}.`,
  );
}

/** The parts of a stack's name on Pulumi's command line: NAME, ORG/NAME or ORG/PROJECT/NAME. */
export function parseStackName(text: string): { stack: string; project?: string; organization?: string } {
  const parts = text.split("/");
  const [organization = "", project] = parts;
  const stack = parts.at(-1) ?? "";
  if (parts.length === 1) return { stack };
  if (parts.length > 3 || parts.some((part) => !/^[\w.-]{1,100}$/.test(part))) {
    throw new Failure(`"${text}" is not a stack's name.`, "Write NAME or, in Pulumi Cloud, ORGANIZATION/NAME.");
  }
  return { stack, organization, ...(parts.length === 3 && project !== undefined && { project }) };
}

/** The parts that identify a stack. */
export type StackName = Pick<Project, "stack" | "backendUrl" | "organization">;

/**
 * The stack's name for `--stack`, the engine and messages. It includes the organization where a server keeps the state, so that it depends
 * neither on the user's default organization nor on `Pulumi.yaml`.
 */
export function stackReference({ stack, backendUrl, organization }: StackName): string {
  return organization !== undefined && isServer(backendUrl) ? `${organization}/${stack}` : stack;
}

/** The stack that is named, else the project's only one, if it has a settings file; undefined where there is none yet. */
export async function findStackSettings(from: string, stack: string | undefined): Promise<Project | undefined> {
  const directory = findProjectDirectory(from);
  if (directory === undefined) return undefined;
  const stacks = await stacksIn(directory);
  const isNew = stack !== undefined && !stacks.includes(parseStackName(stack).stack);
  return stacks.length === 0 || isNew ? undefined : openProject(from, stack);
}

/** Every stack of the project. */
export async function openProjects(from: string): Promise<[Project, ...Project[]]> {
  const directory = findProjectDirectory(from);
  const [first, ...others] = directory === undefined ? [] : await stacksIn(directory);
  const project = await openProject(from, first);
  return [project, ...(await Promise.all(others.map((stack) => openProject(from, stack))))];
}

/** The project and its backend in a directory's `Pulumi.yaml`; the environment's backend takes precedence. */
export async function readProjectFile(directory: string): Promise<{
  name: string;
  backendUrl: string;
  configuredBackendUrl: string | undefined;
  organization: string | undefined;
}> {
  const path = join(directory, projectFile);
  const { content } = parseYamlFile(path, await readFile(path, "utf8"));
  const { name, backend, organization } = (content ?? {}) as {
    name?: unknown;
    backend?: { url?: unknown };
    organization?: unknown;
  };
  if (typeof name !== "string") {
    throw new Failure(`${path} names no project.`, 'Give it a line such as "name: mfa-admin".');
  }
  const configuredBackendUrl = typeof backend?.url === "string" ? backend.url : undefined;
  const backendUrl = process.env["PULUMI_BACKEND_URL"] || configuredBackendUrl || defaultBackendUrl;
  return {
    name,
    backendUrl,
    configuredBackendUrl,
    organization: typeof organization === "string" ? organization : undefined,
  };
}

export function settingsFileOf(directory: string, stack: string): string {
  if (!/^[\w.-]{1,100}$/.test(stack)) {
    throw new Failure(
      `"${stack}" is not a stack's name.`,
      "Use 1 to 100 letters, digits, hyphens, underscores and dots.",
    );
  }
  return join(directory, `Pulumi.${stack}.yaml`);
}

async function onlyStack(directory: string): Promise<string> {
  const stacks = await stacksIn(directory);
  const [stack] = stacks;
  if (stacks.length === 1 && stack !== undefined) return stack;
  throw stacks.length === 0
    ? new Failure(`There is no stack in ${directory} yet.`, "Run mfa-admin init to make one.")
    : new Failure(`There are several stacks here: ${stacks.join(", ")}.`, "Choose one with --stack.");
}

async function stacksIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}
