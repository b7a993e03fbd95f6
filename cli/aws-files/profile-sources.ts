import { configHeading, profileValues, wordsIn } from "./profile-map.ts";
import { credentialsIn, isLongTerm } from "./profile-credentials.ts";
import { inheritedIn, type Ini } from "./ini.ts";

/** Keys of credential sources that the AWS CLI tries before access keys (botocore, `ProfileProviderBuilder.providers`). */
const above = [
  "role_arn",
  "web_identity_token_file",
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "sso_role_name",
];
/** Keys of credential sources that it tries after them. */
const below = ["login_session", "credential_process"];

/**
 * Why access keys should not be written into a profile of the credentials file: the AWS CLI would use another source instead, or
 * the keys would hide the source that it used until now. The text ends a sentence that begins with the profile; it is undefined
 * where the keys would do neither.
 */
export function otherSource(files: { config: Ini; credentials: Ini }, profile: string): string | undefined {
  const values = new Map([...inheritedIn(files.credentials), ...(profileValues(files, profile) ?? [])]);
  const first = above.find((key) => values.has(key));
  if (first !== undefined) return `has ${first}, which the AWS CLI would use instead`;
  const hidden = below.find((key) => values.get(key));
  return hidden && `has ${hidden}, which the AWS CLI would use no more`;
}

/** The same for an access key in the configuration file, which is the last source that the AWS CLI tries. */
export function hiddenKey({ config }: { config: Ini }, profile: string): string | undefined {
  return isLongTerm(credentialsIn(config, configHeading(config, profile)))
    ? "has an access key in the configuration file, which the AWS CLI would use no more"
    : undefined;
}

/** The `--account` of a `credential_process` that runs mfa-admin, by any name of the program; undefined for any other command. */
export function sharedAccount(command: string | undefined): string | undefined {
  const words = wordsIn(command ?? "") ?? [];
  const at = words.indexOf("credential-process");
  if (!/(?:^|[/\\])(?:mfa-admin|[^/\\]+\.js)$/.test(words[at - 1] ?? "")) return undefined;
  const args = words.slice(at + 1);
  const named = args.findIndex((word) => word === "--account" || word === "-a");
  return named < 0 ? args.map((word) => /^--account=(.+)$/.exec(word)?.[1]).find(Boolean) : args[named + 1];
}
