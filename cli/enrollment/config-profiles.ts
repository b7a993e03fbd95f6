import { assignedAccountId, type Assignment, mfaDeviceArn } from "../../infra/assignment.ts";
import { region } from "../../infra/region.ts";
import { credentialsIn } from "../aws-files/profile-credentials.ts";
import { editAwsFile, ensureEditable, readAwsFiles } from "../aws-files/aws-file.ts";
import { type Edit, editSection } from "../aws-files/ini-edit.ts";
import { type Ini, ownValuesIn } from "../aws-files/ini.ts";
import { configHeading, configProfiles, newConfigHeading, profileValues } from "../aws-files/profile-map.ts";
import { accessKeyProfile, otherProfileName, type Profile, sharedProfiles } from "../aws-files/profiles.ts";
import type { AccessKey } from "../login/own-access-key.ts";
import type { Enrollment } from "./enrollment.ts";
import { ownCommand } from "./own-command.ts";

type Files = Awaited<ReturnType<typeof readAwsFiles>>;

const step = "Profiles";
/** Keys that enrolments of earlier versions have written. */
const formerKeys = ["role_arn", "role_session_name", "source_profile", "mfa_serial", "duration_seconds"];

/** The change of a profile. */
interface ProfileChange {
  done: "made" | "mended" | "same" | "removed" | "kept" | "given a region";
  name: string;
  edit?: Edit;
}

/**
 * Writes a profile per account into the configuration file. Profiles of an earlier enrolment are recognized: after a change of the roles,
 * the accounts or their names they are corrected or removed. A profile of the same name that somebody else has made is kept, and the
 * account's profile gets another name. The access key's profile gets a region, since the AWS CLI does little without one.
 *
 * @returns names of the profiles that can be used
 */
export async function writeConfigProfiles(
  { options, tell }: Enrollment,
  assignment: Assignment,
  key: AccessKey,
): Promise<string[]> {
  const { source, changes, edit } = await plannedProfiles(options, assignment, key);
  await editAwsFile("config", edit);
  tell(step, profilesSummary(changes));
  return [source, ...named(changes, "made", "mended", "same")];
}

/**
 * Checks that the profiles can be written, before codes are spent. A file that needs no change need not be writable.
 *
 * @throws Failure where they cannot
 */
export async function ensureConfigProfiles(
  options: Enrollment["options"],
  assignment: Assignment,
  key: AccessKey,
): Promise<void> {
  const { changes, edit } = await plannedProfiles(options, assignment, key);
  if (changes.some((change) => change.edit !== undefined)) await ensureEditable("config", edit);
}

/** The profile of the access key, the changes, and the edit of the file's text, which looks anew at what the file has by then. */
async function plannedProfiles(options: Enrollment["options"], assignment: Assignment, { from }: AccessKey) {
  const source = typeof from === "string" ? options.profile : from.profile;
  const flags = [
    source === accessKeyProfile ? "" : ` --source-profile "${source}"`,
    options.kit === undefined ? "" : ` --kit "${options.kit}"`,
  ].join("");
  const wanted = sharedProfiles(assignment, ownCommand(options.program), flags);
  const files = await readAwsFiles();
  const changesIn = (config: Ini): ProfileChange[] => [
    ...changesOf({ ...files, config }, wanted, assignment),
    ...regionOf({ ...files, config }, source, assignment),
  ];
  const edited = (text: string, config: Ini): string =>
    changesIn(config).reduce(
      (before, { name, edit }) =>
        edit === undefined ? before : editSection(before, configHeading(config, name) ?? newConfigHeading(name), edit),
      text,
    );
  return { source, changes: changesIn(files.config), edit: edited };
}

function changesOf({ config, credentials }: Files, wanted: Profile[], assignment: Assignment): ProfileChange[] {
  const names = wanted.map(({ name }) => name);
  const changes = wanted.flatMap((profile) => {
    const change = profileChange(config, credentials, profile, assignment);
    const other = otherProfileName(profile.name);
    if (change.done !== "kept" || names.includes(other)) return [change];
    return [change, profileChange(config, credentials, { ...profile, name: other }, assignment)];
  });
  const former = configProfiles(config)
    .filter((name) => changes.every((change) => change.name !== name))
    .filter((name) => isFormer(valuesOf(config, name), assignment));
  return [
    ...changes,
    ...former.map((name): ProfileChange => ({ done: "removed", name, edit: removal(valuesOf(config, name)) })),
  ];
}

function profileChange(config: Ini, credentials: Ini, { name, keys }: Profile, assignment: Assignment): ProfileChange {
  // The AWS CLI would use the profile's credentials and never run the `credential_process`.
  if (credentialsIn(credentials, name).accessKeyId !== undefined) return { done: "kept", name };
  if (configHeading(config, name) === undefined) return { done: "made", name, edit: keys };
  const values = valuesOf(config, name);
  if (!isOwn(values, assignment)) return { done: "kept", name };
  const region = values.get("region") || keys["region"];
  const edit: Edit = { ...Object.fromEntries(formerKeys.map((key) => [key, undefined])), ...keys, region };
  const isSame = Object.entries(edit).every(([key, value]) => values.get(key) === value);
  return isSame ? { done: "same", name } : { done: "mended", name, edit };
}

function regionOf(files: Files, source: string, assignment: Pick<Assignment, "region">): ProfileChange[] {
  if (profileValues(files, source)?.get("region")) return [];
  return [{ done: "given a region", name: source, edit: { region: assignment.region ?? region } }];
}

/** Whether an enrolment of this user has written the profile. */
function isOwn(values: Map<string, string>, { userName, authAccount }: Assignment): boolean {
  if (/(mfa-admin|run\.js"?) credential-process --account /.test(values.get("credential_process") ?? "")) return true;
  return (
    values.get("role_session_name") === userName && values.get("mfa_serial") === mfaDeviceArn({ userName, authAccount })
  );
}

/** Whether an enrolment has written the profile for an account, or an account's name, that is no longer assigned. */
function isFormer(values: Map<string, string>, assignment: Assignment): boolean {
  if (!isOwn(values, assignment)) return false;
  const [, account] = / --account (\S+)/.exec(values.get("credential_process") ?? "") ?? [];
  if (account !== undefined) return assignedAccountId(assignment, account) === undefined;
  return [...values.keys()].every((key) => key === "region" || formerKeys.includes(key));
}

function removal(values: Map<string, string>): Edit {
  const own = ["credential_process", ...formerKeys];
  const others = [...values.keys()].filter((key) => !own.includes(key) && key !== "region");
  // Keys that the user has added stay, and need the region.
  return Object.fromEntries([...own, ...(others.length === 0 ? ["region"] : [])].map((key) => [key, undefined]));
}

function valuesOf(config: Ini, profile: string): Map<string, string> {
  return ownValuesIn(config, configHeading(config, profile) ?? "");
}

function named(changes: ProfileChange[], ...wanted: ProfileChange["done"][]): string[] {
  return changes.filter(({ done }) => wanted.includes(done)).map(({ name }) => name);
}

function profilesSummary(changes: ProfileChange[]): string {
  const usable = named(changes, "made", "mended", "same");
  const told: [string, string[]][] = [
    ["other profiles of these names were there, and are kept", named(changes, "kept")],
    ["brought up to date", named(changes, "mended")],
    ["no longer assigned, and removed", named(changes, "removed")],
  ];
  return [
    usable.length > 0 ? `${usable.join(", ")}: they share your login` : "none",
    ...told.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(", ")}`] : [])),
  ].join("; ");
}
