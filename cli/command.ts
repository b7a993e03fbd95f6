import { Command } from "@oclif/core/command";
import * as Flags from "@oclif/core/flags";

import { Failure } from "./failure.ts";
import type { PreviewReport, ReportKind } from "./results/report.ts";
import type { Project } from "./project/project.ts";
import type { SettingsFile } from "./project/settings-file.ts";
import { wrapped } from "./terminal/tell.ts";
import { inGithubActions, withoutCommands } from "./terminal/workflow-commands.ts";

/** The base of every command: `--json`, `--verbose`, and errors with a remedy. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override flags = {};
  static override baseFlags = {
    verbose: Flags.boolean({ description: "Show what the tools below print, and stack traces.", helpGroup: "GLOBAL" }),
  };

  /** The settings file, once it was read: errors are reported with its lines. */
  protected settingsFile: SettingsFile | undefined;

  /** Whether JSON is printed: `--format json` is the same as `--json`, for the report and for an error in its place. */
  override jsonEnabled(): boolean {
    return super.jsonEnabled() || this.chosenFormat() === "json";
  }

  /** The value of `--format`, read from the arguments: an error needs it even before the flags are parsed. */
  protected chosenFormat(): string | undefined {
    const { argv } = this;
    if (!("format" in this.ctor.flags)) return undefined;
    const at = argv.findLastIndex((argument) => /^--format(=|$)/.test(argument));
    return argv[at]?.split("=")[1] ?? (at < 0 ? undefined : argv[at + 1]);
  }

  /** Prints a message on stdout; on a terminal, lines break between words. */
  override log(text = ""): void {
    super.log(withoutCommands(wrapped(text, process.stdout)));
  }

  /** The same on stderr. */
  override logToStderr(text = ""): void {
    super.logToStderr(withoutCommands(wrapped(text, process.stderr)));
  }

  /** Prints a page or a file without breaking its lines. */
  protected print(page: string): void {
    super.log(withoutCommands(page));
  }

  /** Writes a page to a file, or to stdout without one. @param page.what names the page in the message about the file */
  protected async hand(page: string, { file, what }: { file: string | undefined; what: string }): Promise<void> {
    if (file === undefined) {
      this.print(page.trimEnd());
      return;
    }
    const { writePage } = await import("./terminal/page-file.ts");
    await writePage(file, page);
    this.log(`${what} is in ${file}.`);
  }

  /** Called when the command has failed, before the error is reported. */
  protected failed?(error: Error): Promise<void>;

  /** Reports any error with exit code 1: 2 is reserved for "there is a difference". */
  protected override async catch(error: Error & { oclif?: { exit?: number } }): Promise<unknown> {
    if (error.oclif?.exit === 0) return super.catch(error);
    const { explain, report } = await import("./explain.ts");
    process.exitCode = exitStatus(error);
    await this.failed?.(error);
    const failure = explain(error);
    report(failure, this.jsonEnabled());
    if (inGithubActions()) {
      const { annotate } = await import("./ci/annotations.ts");
      annotate(failure, this.settingsFile);
    }
    if (process.argv.includes("--verbose")) {
      const [{ redacted }, { detailsOf }] = await Promise.all([
        import("./terminal/redact.ts"),
        import("./explain-details.ts"),
      ]);
      this.logToStderr(redacted(detailsOf(error)));
    }
    return undefined;
  }
}

/** A command for administrators, in a project's directory. */
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
      description: "The stack; ORGANIZATION/NAME for another one in Pulumi Cloud. Default: the project's only one.",
      env: "MFA_ADMIN_STACK",
      helpGroup: "GLOBAL",
    }),
  };

  /** The stack's name, once it is known. */
  protected stackName: string | undefined;

  /** The project and the stack that the flags choose. */
  protected async project(flags: StackFlags): Promise<Project> {
    this.stackName = flags.stack;
    const { openProject } = await import("./project/project.ts");
    const project = await openProject(flags.cwd ?? process.cwd(), flags.stack);
    this.stackName = project.stack;
    return project;
  }

  /** The project and its settings. Invalid settings are refused before the engine and the AWS clients are loaded. */
  protected async settings(flags: StackFlags): Promise<{ project: Project; file: SettingsFile }> {
    const project = await this.project(flags);
    const { SettingsFile } = await import("./project/settings-file.ts");
    const file = await SettingsFile.read(project.settingsFile, this.settingsFile);
    this.settingsFile = file;
    return { project, file };
  }

  /** The same, while AWS is already asked for the caller's identity: for commands that need it in any case. */
  protected async settingsWhileAsking(flags: StackFlags): Promise<{ project: Project; file: SettingsFile }> {
    const { askBeforehand } = await import("./aws/preconditions.ts");
    const asking = askBeforehand();
    return this.settings(flags).catch((error: unknown) => {
      asking.abort();
      throw error;
    });
  }
}

/** A command that reports on a stack. An error is printed in the report's format, too. */
export abstract class ReportCommand extends StackCommand {
  /** The kind of report that a workflow keeps in one comment, and that an error replaces there. */
  protected abstract readonly kind: ReportKind | "verify";

  /** Prints the report in the requested format. JSON is printed by oclif, from the result of `run`. */
  protected async show(report: PreviewReport, format: "text" | "markdown" | "json"): Promise<void> {
    if (format === "json") return;
    const { render } = await import("./report/render.ts");
    this.showText(await render(report, format), format);
  }

  /** Prints the report's text. Markdown is never wrapped for a terminal. */
  protected showText(text: string, format: "text" | "markdown" | "json"): void {
    if (format === "markdown") this.print(text.trimEnd());
    else this.log(text);
  }

  protected override async failed(error: Error): Promise<void> {
    if (this.chosenFormat() !== "markdown") return;
    const { failureMarkdown } = await import("./report/failure-markdown.ts");
    const { kind, stackName: stack } = this;
    this.print(failureMarkdown(this.id ?? kind, error, stack === undefined ? undefined : { kind, stack }).trimEnd());
  }
}

/** A developer's command, with the developer's own permissions, and without a project. */
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
