import type { InitializeOptions } from "../../onboarding/initialize-stack.ts";
import { findStackSettings, type Project } from "../../project/project.ts";
import type { GithubSetUp, InitResult } from "../../results/init.ts";
import type { Printer } from "../../terminal/printer.ts";
import type { GithubFlags } from "./set-up.ts";

export interface InitOptions extends Omit<InitializeOptions, "tell"> {
  /** The workflows to write, if any. For a stack that is set up already, nothing else is done. */
  github: (GithubFlags & { version: string }) | undefined;
}

/** Sets up a stack, and its workflows where they are wanted. */
export async function init({ github, ...options }: InitOptions, printer: Printer): Promise<InitResult> {
  const known = github && (await findStackSettings(options.from, options.answers.stack));
  if (github && known) return workflowsOf(known, github, printer);
  // Writing workflows for an existing stack needs no engine, so it is loaded only here.
  const { initialize } = await import("../../onboarding/initialize-stack.ts");
  const tell = (warning: string): void => {
    printer.logToStderr(`Note: ${warning}`);
  };
  const { project, settings, protection, warnings } = await initialize({ ...options, tell });
  printer.log(`The stack "${project.stack}" is set up; nothing was changed in AWS.`);
  printer.log(`  Settings  ${project.settingsFile}\n  State     ${stateText(project)}\n            ${protection}`);
  printer.log("Next: mfa-admin add-developer NAME, or edit the settings and run mfa-admin up.");
  const result = { ...project, settings, warnings };
  return github === undefined ? result : { ...result, ci: await workflowsOf(project, github, printer) };
}

async function workflowsOf(
  project: Project,
  { version, ...flags }: GithubFlags & { version: string },
  printer: Printer,
): Promise<GithubSetUp> {
  const [{ setUpGithub }, { githubPage }] = await Promise.all([import("./set-up.ts"), import("./page.ts")]);
  const result = await setUpGithub(project, version, flags);
  for (const warning of result.warnings) printer.logToStderr(`Note: ${warning}`);
  printer.log(githubPage(result));
  return result;
}

function stateText({ backendUrl, organization }: Project): string {
  return organization === undefined ? backendUrl : `${backendUrl}, in the organization ${organization}`;
}
