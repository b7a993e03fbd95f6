import { Command } from "@oclif/core/command";
import * as Flags from "@oclif/core/flags";

import { Failure } from "./failure.ts";
import type { Project } from "./project/project.ts";
import type { SettingsFile } from "./project/settings-file.ts";

/** What every command has: `--json`, `--verbose`, and errors that say what to do next. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override flags = {};
  static override baseFlags = {
    verbose: Flags.boolean({ description: "Show what the tools below print, and stack traces.", helpGroup: "GLOBAL" }),
  };

  /** The settings, as soon as they were read: errors are told at their line. */
  protected settingsFile: SettingsFile | undefined;

  /** `--format json` is the same as `--json`: for the report and for an error in its place. */
  override jsonEnabled(): boolean {
    const { argv } = this;
    const at = argv.indexOf("--format");
    const chosen = argv.includes("--format=json") || (at >= 0 && argv[at + 1] === "json");
    return super.jsonEnabled() || (chosen && "format" in this.ctor.flags);
  }

  /** Errors end with status 1, whoever threw them: 2 is kept for "there is a difference". */
  protected override async catch(error: Error & { oclif?: { exit?: number } }): Promise<unknown> {
    if (error.oclif?.exit === 0) return super.catch(error);
    const { explain, report } = await import("./explain.ts");
    process.exitCode = exitStatus(error);
    const failure = explain(error);
    report(failure, this.jsonEnabled());
    const { annotate, inGithubActions } = await import("./ci/annotations.ts");
    if (inGithubActions()) annotate(failure, this.settingsFile);
    const { redacted } = await import("./terminal/redact.ts");
    if (process.argv.includes("--verbose")) this.logToStderr(redacted(error.stack ?? ""));
    return undefined;
  }
}

/** A command of the administrator's, in a project's directory. */
export abstract class ProjectCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    cwd: Flags.directory({
      description: "Use the project in or above this directory.",
      exists: true,
      helpGroup: "GLOBAL",
    }),
  };
}

/** A command on one stack of a project. */
export abstract class StackCommand extends ProjectCommand {
  static override baseFlags = {
    ...ProjectCommand.baseFlags,
    stack: Flags.string({
      char: "s",
      description: "The stack. Default: the project's only one.",
      env: "MFA_ADMIN_STACK",
      helpGroup: "GLOBAL",
    }),
  };

  /** The project and the stack that the flags choose. */
  protected async project(flags: StackFlags): Promise<Project> {
    const { openProject } = await import("./project/project.ts");
    return openProject(flags.cwd ?? process.cwd(), flags.stack);
  }

  /** The same with its settings: they are refused, if need be, before the engine and the AWS clients are even loaded. */
  protected async settings(flags: StackFlags): Promise<{ project: Project; file: SettingsFile }> {
    const project = await this.project(flags);
    const { SettingsFile } = await import("./project/settings-file.ts");
    const file = await SettingsFile.read(project.settingsFile);
    this.settingsFile = file;
    return { project, file };
  }
}

/** A command of the developer's own, with no rights but theirs, and without a project. */
export abstract class DeveloperCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    "source-profile": Flags.string({
      description: "The AWS profile that holds your access key. Default: the environment, auth or default.",
      helpGroup: "GLOBAL",
    }),
    kit: Flags.file({
      description: "Your page of mfa-admin guide, to take your accounts and roles from instead of asking AWS.",
      helpGroup: "GLOBAL",
    }),
  };
}

interface StackFlags {
  cwd?: string | undefined;
  stack?: string | undefined;
}

function exitStatus(error: Error & { oclif?: { exit?: number } }): number {
  if (error instanceof Failure || error.oclif?.exit === undefined || error.oclif.exit === 2) return 1;
  return error.oclif.exit;
}
