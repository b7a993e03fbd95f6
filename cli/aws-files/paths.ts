import { homedir, userInfo } from "node:os";
import { join } from "node:path";

import { Failure } from "../failure.ts";

/** The two files that the AWS CLI and every SDK read (AWS CLI User Guide, "Configuration and credential file settings"). */
export type AwsFile = "config" | "credentials";

/** The environment variable that names another path for the file. */
export function variableOf(file: AwsFile): string {
  return file === "config" ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
}

/** Whether the environment variable is set but empty: the AWS CLI then reads no such file (botocore, `EnvironmentProvider`). */
export function isUnnamed(file: AwsFile): boolean {
  return process.env[variableOf(file)] === "";
}

/**
 * A file's path: the value of `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE`, in which the AWS CLI expands `~` and variables;
 * otherwise in `~/.aws`.
 *
 * @throws NoHome
 * @throws Failure when it is in the home directory of another user
 */
export function awsFilePath(file: AwsFile): string {
  const named = process.env[variableOf(file)] ?? "";
  return named === "" ? join(home(), ".aws", file) : expanded(named, file);
}

function expanded(named: string, file: AwsFile): string {
  const path = named.replace(
    /\$(?:\{([^}]*)\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string | undefined) => {
      return process.env[braced ?? plain ?? ""] ?? whole;
    },
  );
  const [, user, rest = ""] = /^~([^/\\]*)(.*)$/s.exec(path) ?? [];
  if (user === undefined) return path;
  if (user === "" || user === ownName()) return `${home()}${rest}`;
  throw new Failure(
    `${variableOf(file)} is ${named}, in the home directory of ${user}.`,
    `Write the whole path into ${variableOf(file)}.`,
  );
}

/** The home directory is unknown. */
export class NoHome extends Failure {
  constructor() {
    super(
      "This user has no home directory: HOME is not set, and the system knows of none.",
      "Set HOME to a directory of yours.",
    );
  }
}

/** The user's home directory. @throws NoHome where it is unknown, as for a user of a container who is not in `/etc/passwd` */
export function home(): string {
  const { HOME, MFA_ADMIN_NO_HOME } = process.env;
  // An empty HOME counts as unset; so does the `/` that bin/process.js puts in where HOME was not set.
  const isUnknown = HOME === "" || (HOME === "/" && MFA_ADMIN_NO_HOME === "1");
  const found = (isUnknown ? "" : attempt(homedir)) || attempt(() => userInfo().homedir);
  if (found) return found;
  throw new NoHome();
}

const ownName = (): string | undefined => attempt(() => userInfo().username);

function attempt(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
