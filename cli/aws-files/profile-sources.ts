import { configHeading, profileValues, wordsIn } from "./profile-map.ts";
import { credentialsIn, isLongTerm } from "./profile-credentials.ts";
import { inheritedIn, type Ini } from "./ini.ts";

/** What the AWS CLI asks before the keys of the credentials file (botocore, `ProfileProviderBuilder.providers`). */
const above = [
  "role_arn",
  "web_identity_token_file",
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "sso_role_name",
];
/** What it asks after them. */
const below = ["login_session", "credential_process"];

/**
 * Why keys written into a profile of the credentials file would not be what the AWS CLI uses there, or would hide what it used until
 * now, as the end of a sentence that begins with the profile; nothing where they would do neither.
 */
export function otherSource(files: { config: Ini; credentials: Ini }, profile: string): string | undefined {
  const values = new Map([...inheritedIn(files.credentials), ...(profileValues(files, profile) ?? [])]);
  const first = above.find((key) => values.has(key));
  if (first !== undefined) return `has ${first}, which the AWS CLI would use instead`;
  const hidden = below.find((key) => values.get(key));
  return hidden && `has ${hidden}, which the AWS CLI would use no more`;
}

/** The same of an access key in the configuration file, which comes last of all. */
export function hiddenKey({ config }: { config: Ini }, profile: string): string | undefined {
  return isLongTerm(credentialsIn(config, configHeading(config, profile)))
    ? "has an access key in the configuration file, which the AWS CLI would use no more"
    : undefined;
}

/** The account whose sessions a `credential_process` gets from this program, by any of its names; nothing for any other command. */
export function sharedAccount(command: string | undefined): string | undefined {
  const words = wordsIn(command ?? "") ?? [];
  const at = words.indexOf("credential-process");
  if (!/(?:^|[/\\])(?:mfa-admin|[^/\\]+\.js)$/.test(words[at - 1] ?? "")) return undefined;
  const args = words.slice(at + 1);
  const named = args.findIndex((word) => word === "--account" || word === "-a");
  return named < 0 ? args.map((word) => /^--account=(.+)$/.exec(word)?.[1]).find(Boolean) : args[named + 1];
}
