/** Variables of the environment whose values must not be printed, whoever repeats them in an error or a log. */
const secrets = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GITHUB_TOKEN",
];

/** Shorter values are no secrets that masking would keep, and might be part of any word. */
const shortest = 8;

/** A text in which `***` stands for every secret of the environment. */
export function redacted(text: string): string {
  return secrets.reduce((masked, name) => {
    const value = process.env[name] ?? "";
    return value.length < shortest ? masked : masked.replaceAll(value, "***");
  }, text);
}
