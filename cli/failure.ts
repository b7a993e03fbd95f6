import { basename } from "node:path";

/**
 * An error that is meant for the user: what was expected and what was found, and what to do about it. Anything else that
 * is thrown is a defect of ours, and is shown as one.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What to run or change next, as a sentence. */
  readonly remedy: string | undefined;

  /** The key of the settings that it is about, as a path below `mfa-admin:`. */
  readonly setting: string[] | undefined;

  /** Each of several things that have failed. */
  readonly parts: FailurePart[];

  constructor(message: string, remedy?: string, options?: FailureOptions) {
    super(message, options);
    this.remedy = remedy;
    this.setting = options?.setting;
    this.parts = options?.parts ?? [];
  }
}

export interface FailureOptions extends ErrorOptions {
  setting?: string[];
  parts?: FailurePart[];
}

export interface FailurePart {
  message: string;
  /** As {@link Failure.setting}. */
  setting: string[] | undefined;
}

/** Something that is wrong in a file. */
export interface FileProblem {
  /** From 1; nothing where the line is not known. */
  line: number | undefined;
  message: string;
}

/** A file of the user's that will not do, with every place. */
export class FileFailure extends Failure {
  readonly path: string;
  readonly problems: FileProblem[];

  constructor(path: string, problems: FileProblem[]) {
    const file = basename(path);
    const texts = problems.map(({ line, message }) => `${file}${line === undefined ? "" : `:${line}`}: ${message}`);
    super(texts.join("\n"), `Correct ${file}; nothing was changed.`);
    this.path = path;
    this.problems = problems;
  }
}

/** The user answered a question with Ctrl-C or "no": not what the command was to do, but no error either. */
export class Declined extends Failure {
  constructor(reason?: string) {
    super([reason, "Nothing was changed."].filter((sentence) => sentence !== undefined).join(" "));
  }
}

/** Whether somebody has answered a question by Ctrl-C or Ctrl-D (Inquirer's errors). */
export function isInterruption(error: Error): boolean {
  return ["ExitPromptError", "AbortPromptError"].includes(error.name);
}
