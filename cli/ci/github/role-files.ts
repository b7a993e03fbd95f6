import { join } from "node:path";

import type { CiRole } from "../../results/init.ts";

/** The directory, relative to the repository's root, of the files from which a stack's roles are made and reviewed. */
export const roleDirectory = (id: string): string => join(".github", "mfa-admin", id);

/**
 * The roles as files: a trust policy and a policy for each, and a README with the AWS CLI commands that make the roles.
 *
 * @param id tells the stacks of a repository apart, as in the workflows' names
 * @param accessRole the role that the management account assumes in the other accounts
 * @returns texts by path, relative to the repository's root
 */
export function roleFiles(id: string, roles: CiRole[], accessRole: string): Record<string, string> {
  const directory = roleDirectory(id);
  const documents = roles.flatMap(({ name, trust, policy }): [string, string][] => [
    [join(directory, `${name}-trust.json`), json(trust)],
    [join(directory, `${name}.json`), json(policy)],
  ]);
  return { [join(directory, "README.md")]: readme(directory, roles, accessRole), ...Object.fromEntries(documents) };
}

function readme(directory: string, roles: CiRole[], accessRole: string): string {
  const [first] = roles;
  return [
    "# The roles of the workflows",
    "",
    "Made by `mfa-admin init --ci github`, which writes them anew when it is run again. The commands are run at the root of the",
    "repository, by an administrator of the account that is named.",
    "",
    `GitHub's identity provider in ${first?.accounts.join(", ") ?? ""}, unless it is there:`,
    "",
    ...shellBlock([
      "aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com",
    ]),
    ...roles.flatMap((role) => section(directory, role, accessRole)),
    "A role that is there already is brought up to date by `aws iam update-assume-role-policy --role-name NAME --policy-document FILE`",
    "and the same `put-role-policy`.",
    "",
  ].join("\n");
}

function section(directory: string, { name, accounts, purpose }: CiRole, accessRole: string): string[] {
  const file = (end: string): string => `file://${directory}/${name}${end}`;
  const commands = [
    `aws iam create-role --role-name ${name} --assume-role-policy-document ${file("-trust.json")}`,
    `aws iam put-role-policy --role-name ${name} --policy-name ${name} --policy-document ${file(".json")}`,
  ];
  const isOne = accounts.length === 1;
  return [
    `## ${name}`,
    "",
    `In ${accounts.join(", ")}: ${purpose}.${isOne ? "" : " From the management account, in one after the other:"}`,
    "",
    ...shellBlock(isOne ? commands : inEach(accounts, accessRole, commands)),
  ];
}

/** Shell lines (sh, bash, zsh) that run commands in each account by the access role. A failure ends that account's commands. */
function inEach(accounts: string[], accessRole: string, commands: string[]): string[] {
  return [
    `for account in ${accounts.join(" ")}; do (`,
    "  set -e",
    '  echo "$account"',
    `  session=$(aws sts assume-role --role-arn "arn:aws:iam::$account:role/${accessRole}" --role-session-name mfa-admin-ci \\`,
    "    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)",
    "  set -- $(echo $session)",
    "  export AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2 AWS_SESSION_TOKEN=$3",
    ...commands.map((command) => `  ${command}`),
    "); done",
  ];
}

function shellBlock(commands: string[]): string[] {
  return ["```sh", ...commands, "```", ""];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
