/** An error that a person can do something about: its message is a sentence, with the remedy. No stack trace is shown. */
export class Problem extends Error {}
