import { join } from "node:path";

import type { CiRole } from "../../results/init.ts";

/** The directory, from the repository's root, in which a stack's roles are kept for who makes them and who reviews them. */
export const roleDirectory = (id: string): string => join(".github", "mfa-admin", id);

/**
 * The roles as files: a trust policy and a policy for each, and the AWS CLI's commands that make them.
 *
 * @param id tells the stacks of a repository apart, as in the workflows' names
 * @returns texts by path, from the repository's root
 */
export function roleFiles(id: string, roles: CiRole[]): Record<string, string> {
  const directory = roleDirectory(id);
  const documents = roles.flatMap(({ name, trust, policy }): [string, string][] => [
    [join(directory, `${name}-trust.json`), json(trust)],
    [join(directory, `${name}.json`), json(policy)],
  ]);
  return { [join(directory, "README.md")]: readme(directory, roles), ...Object.fromEntries(documents) };
}

function readme(directory: string, roles: CiRole[]): string {
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
    ...roles.flatMap((role) => section(directory, role)),
    "A role that is there already is brought up to date by `aws iam update-assume-role-policy --role-name NAME --policy-document FILE`",
    "and the same `put-role-policy`.",
    "",
  ].join("\n");
}

function section(directory: string, { name, accounts, purpose }: CiRole): string[] {
  const file = (end: string): string => `file://${directory}/${name}${end}`;
  return [
    `## ${name}`,
    "",
    `In ${accounts.join(", ")}: ${purpose}.`,
    "",
    ...shellBlock([
      `aws iam create-role --role-name ${name} --assume-role-policy-document ${file("-trust.json")}`,
      `aws iam put-role-policy --role-name ${name} --policy-name ${name} --policy-document ${file(".json")}`,
    ]),
  ];
}

function shellBlock(commands: string[]): string[] {
  return ["```sh", ...commands, "```", ""];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
