import { homedir, userInfo } from "node:os";
import { join } from "node:path";

import { Failure } from "../failure.ts";

/** The two files that the AWS CLI and every SDK read (AWS CLI User Guide, "Configuration and credential file settings"). */
export type AwsFile = "config" | "credentials";

/** The variable that names another file. */
export function variableOf(file: AwsFile): string {
  return file === "config" ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
}

/** Whether the variable is there and empty, by which the AWS CLI has no such file (botocore, `EnvironmentProvider`). */
export function isUnnamed(file: AwsFile): boolean {
  return process.env[variableOf(file)] === "";
}

/**
 * Where a file is: where `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE` says, in which the AWS CLI itself puts in `~` and
 * variables, else in `~/.aws`.
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

/** Nothing says where the home directory is. */
export class NoHome extends Failure {
  constructor() {
    super(
      "This user has no home directory: HOME is not set, and the system knows of none.",
      "Set HOME to a directory of yours.",
    );
  }
}

/** @throws NoHome as for a user in a container that the password file does not have */
export function home(): string {
  const { HOME, MFA_ADMIN_NO_HOME } = process.env;
  // An empty HOME says nothing, and neither does what stands in for one that was not set (bin/process.js).
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
