import type { Assignment } from "../../infra/assignment.ts";
import { editAwsFile, readAwsFile } from "../aws-files/files.ts";
import { editSection } from "../aws-files/ini-edit.ts";
import { type Ini, valuesIn } from "../aws-files/ini.ts";
import { configHeading, newConfigHeading } from "../aws-files/profile-map.ts";
import { accountProfiles, type Profile } from "../aws-files/profiles.ts";
import type { AccessKey } from "../login/access-key.ts";
import type { Enrollment } from "./enrollment.ts";

const step = "Profiles";

/** Writes a profile per account into the configuration file. One of the same name that is there already is kept. */
export async function writeConfigProfiles(
  { options, tell }: Enrollment,
  assignment: Assignment,
  { from }: AccessKey,
): Promise<string[]> {
  const source = typeof from === "string" ? options.profile : from.profile;
  const profiles = accountProfiles(assignment, source);
  const before = await readAwsFile("config");
  const isThere = ({ name }: Profile): boolean => configHeading(before, name) !== undefined;
  const others = profiles.filter((profile) => isThere(profile) && !isSame(before, profile));
  const missing = profiles.filter((profile) => !isThere(profile));
  if (missing.length > 0) {
    await editAwsFile("config", (text) =>
      missing.reduce((edited, { name, keys }) => editSection(edited, newConfigHeading(name), keys), text),
    );
  }
  const usable = profiles.filter((profile) => !others.includes(profile)).map(({ name }) => name);
  const kept = others.map(({ name }) => name);
  tell(
    step,
    [
      usable.length > 0 ? `${usable.join(", ")}, for the AWS CLI, which asks for a code` : "none",
      ...(kept.length > 0 ? [`other profiles named ${kept.join(", ")} were there, and are kept`] : []),
    ].join("; "),
  );
  return [source, ...usable];
}

function isSame(config: Ini, { name, keys }: Profile): boolean {
  const heading = configHeading(config, name);
  const values = heading === undefined ? undefined : valuesIn(config, heading);
  return Object.entries(keys).every(([key, value]) => values?.get(key) === value);
}
