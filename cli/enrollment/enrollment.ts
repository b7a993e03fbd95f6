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

/** One enrolment under way. */
export interface Enrollment {
  options: EnrollOptions;
  key: AccessKey;
  myself: Myself;
  progress: EnrollmentProgress;
  /** Tells what a step has come to: its name, and what is so now. */
  tell: (step: string, text: string) => void;
}

/** How often one question is asked before it is given up. */
export const tries = 3;
