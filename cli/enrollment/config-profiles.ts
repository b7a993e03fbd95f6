import type { Assignment } from "../../infra/assignment.ts";
import { editAwsFile, readAwsFile, sectionOf } from "../aws-files/files.ts";
import { hasSection, setKeys, valueOf } from "../aws-files/ini.ts";
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
  const isThere = ({ name }: Profile): boolean => hasSection(before, sectionOf("config", name));
  const others = profiles.filter((profile) => isThere(profile) && !isSame(before, profile));
  const missing = profiles.filter((profile) => !isThere(profile));
  if (missing.length > 0) {
    await editAwsFile("config", (text) =>
      missing.reduce((edited, { name, keys }) => setKeys(edited, sectionOf("config", name), keys), text),
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

function isSame(text: string, { name, keys }: Profile): boolean {
  return Object.entries(keys).every(([key, value]) => valueOf(text, sectionOf("config", name), key) === value);
}
