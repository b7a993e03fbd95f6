import { basename } from "node:path";

/**
 * An error for the user: what was expected, what was found, and what to do about it. Any other error is a defect of mfa-admin, and is shown
 * as one.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** The remedy: what to run or change next, as a sentence. */
  readonly remedy: string | undefined;

  /** The path of keys below `mfa-admin:` to the setting that the failure is about. */
  readonly setting: string[] | undefined;

  /** The single failures, where several things have failed. */
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

/** A problem in a file. */
export interface FileProblem {
  /** The line, from 1; undefined where it is not known. */
  line: number | undefined;
  message: string;
}

/** A failure about a file of the user, with all its problems. */
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

/** The user has answered a question with Ctrl-C or "no": the command did not run, but that is no error. */
export class Declined extends Failure {
  constructor(reason?: string) {
    super([reason, "Nothing was changed."].filter((sentence) => sentence !== undefined).join(" "));
  }
}

/** Whether an error of Inquirer means that a question was answered with Ctrl-C or Ctrl-D. */
export function isInterruption(error: Error): boolean {
  return ["ExitPromptError", "AbortPromptError"].includes(error.name);
}
