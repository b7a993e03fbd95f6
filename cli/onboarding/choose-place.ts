import { existsSync } from "node:fs";
import { join } from "node:path";

import { defaultBackendUrl, readProjectFile } from "../project/project.ts";
import type { Place } from "../state/place.ts";
import { askText, canAsk, chooseOne } from "../terminal/ask.ts";

/** The place of a new stack's state, and whether `Pulumi.yaml` has to name it. */
export interface ChosenPlace extends Place {
  /** Whether a flag or an answer has named the place, rather than the environment, `Pulumi.yaml` or the default. */
  chosen: boolean;
}

export interface PlaceFlags {
  backendUrl: string | undefined;
  secretsProvider: string | undefined;
}

/** The place by the flags, else by the environment or the project, else by an answer on the terminal, else the default. */
export async function choosePlace(flags: PlaceFlags, directory: string): Promise<ChosenPlace> {
  const { backendUrl, secretsProvider } = flags;
  if (backendUrl !== undefined) return { backendUrl, secretsProvider, chosen: true };
  const given = process.env["PULUMI_BACKEND_URL"] || (await configuredBackendUrl(directory));
  if (given !== undefined) return { backendUrl: given, secretsProvider, chosen: false };
  if (!canAsk()) return { backendUrl: defaultBackendUrl, secretsProvider, chosen: false };
  return { chosen: true, ...(await askPlace(secretsProvider)) };
}

async function configuredBackendUrl(directory: string): Promise<string | undefined> {
  if (!existsSync(join(directory, "Pulumi.yaml"))) return undefined;
  const { configuredBackendUrl } = await readProjectFile(directory);
  return configuredBackendUrl;
}

async function askPlace(secretsProvider: string | undefined): Promise<Place> {
  const kind = await chooseOne("Where is the state to be kept?", [
    { name: "in this directory, on this machine only", value: defaultBackendUrl },
    { name: "in an S3 bucket, for several administrators and CI", value: "s3" },
    { name: "in Pulumi Cloud (app.pulumi.com)", value: "https://api.pulumi.com" },
  ]);
  if (kind !== "s3") return { backendUrl: kind, secretsProvider };
  const backendUrl = await askText(
    "The bucket, which has to be there already, as s3://BUCKET?region=REGION:",
    (value) => /^s3:\/\/[^?]+\?(.*&)?region=./.test(value) || "Write s3://BUCKET?region=REGION.",
  );
  if (secretsProvider !== undefined) return { backendUrl, secretsProvider };
  const key = await askText(
    "A KMS key for the secrets, as awskms:///alias/NAME?region=REGION, or nothing, for a passphrase:",
    (value) =>
      value === "" || /^awskms:\/\/[^?]+\?(.*&)?region=./.test(value) || "Write awskms:///alias/NAME?region=REGION.",
  );
  return { backendUrl, secretsProvider: key === "" ? undefined : key };
}
