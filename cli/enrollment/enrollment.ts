import type { AccessKey } from "../login/own-access-key.ts";
import type { Myself } from "../login/myself.ts";
import type { EnrollmentProgress } from "./enrollment-progress.ts";

export interface EnrollOptions {
  cacheDirectory: string;
  dataDirectory: string;
  sourceProfile: string | undefined;
  kit: string | undefined;
  /** The name by which this program is called. */
  program: string;
  /** The profile that gets the access key. */
  profile: string;
}

/** An enrolment in progress. */
export interface Enrollment {
  options: EnrollOptions;
  key: AccessKey;
  myself: Myself;
  progress: EnrollmentProgress;
  /** Prints a step's name and its result. */
  tell: (step: string, text: string) => void;
}

/** Attempts of one question. */
export const tries = 3;
