import { callerCredentials } from "../../infra/caller.ts";
import { namesCredentials, openSession } from "../aws/session.ts";
import { lacksPassphrase } from "../engine/passphrase.ts";
import type { Project } from "../project/project.ts";
import { lacksLogin } from "../project/server.ts";

/** What is missing to read AWS and the stack's state from here: "There are no …"; undefined when nothing is. */
export async function missingAccess(project: Project): Promise<string | undefined> {
  const missing = [
    (await lacksCredentials()) && "no AWS credentials",
    (await lacksPassphrase(project)) && "no passphrase of the stack",
    (await lacksLogin(project.backendUrl)) && "no login where the state is kept",
  ].filter((what) => what !== false);
  const verb = missing[0] === "no AWS credentials" ? "are" : "is";
  return missing.length === 0 ? undefined : `There ${verb} ${missing.join(" and ")}`;
}

/** Whether there are no credentials, as for a fork's pull request. @throws Failure for credentials that are broken */
async function lacksCredentials(): Promise<boolean> {
  await openSession();
  if (await namesCredentials()) return false;
  try {
    await callerCredentials()();
    return false;
  } catch (error) {
    return error instanceof Error && error.name === "CredentialsProviderError";
  }
}
