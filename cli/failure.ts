/**
 * An error that is meant for the user: what was expected and what was found, and what to do about it. Anything else that
 * is thrown is a defect of ours, and is shown as one.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What to run or change next, as a sentence. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** The user answered a question with Ctrl-C or "no". Nothing was changed. */
export class Declined extends Failure {
  constructor() {
    super("Nothing was changed.");
  }
}
