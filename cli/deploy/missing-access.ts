import { STSClient } from "@aws-sdk/client-sts";

import { requestHandler } from "../../infra/network.ts";
import { namesCredentials, openSession } from "../aws/session.ts";
import { lacksPassphrase } from "../engine/passphrase.ts";
import type { Project } from "../project/project.ts";
import { lacksLogin } from "../project/server.ts";

/** What is missing here to look at AWS and at the stack's state: "There are no …"; nothing when it can be tried. */
export async function missingAccess(project: Project): Promise<string | undefined> {
  const missing = [
    (await lacksCredentials()) && "no AWS credentials",
    (await lacksPassphrase(project)) && "no passphrase of the stack",
    (await lacksLogin(project.backendUrl)) && "no login where the state is kept",
  ].filter((what) => what !== false);
  const verb = missing[0] === "no AWS credentials" ? "are" : "is";
  return missing.length === 0 ? undefined : `There ${verb} ${missing.join(" and ")}`;
}

/** Credentials that are broken are an error, and no fork's pull request. */
async function lacksCredentials(): Promise<boolean> {
  await openSession();
  if (await namesCredentials()) return false;
  try {
    await new STSClient({ requestHandler: requestHandler() }).config.credentials();
    return false;
  } catch (error) {
    return error instanceof Error && error.name === "CredentialsProviderError";
  }
}
