import { roleNames } from "../role-policies.ts";
import type { CiRole, GithubSetUp } from "../../results/init.ts";

/** The text that `init` prints: the workflows written, the roles that they need, and the next steps. */
export function githubPage(setUp: GithubSetUp): string {
  const { repository, workflows, written, roles, roleDirectory } = setUp;
  const isNew = workflows.some((path) => written.includes(path));
  return [
    isNew ? `Written for ${repository}:` : `The workflows of ${repository} are there already:`,
    ...workflows.map((path) => `  ${path}`),
    "",
    `They need these roles, whose policies are in ${roleDirectory}:`,
    ...roles.map((role) => `  ${role.name.padEnd(roleNames.preview.length)}  ${placesOf(role)}: ${role.purpose}`),
    "",
    "Next:",
    ...stepsOf(setUp).map((step, index) => `  ${index + 1}. ${step}`),
    "",
    "When accounts are added to the settings, run this again: the new ones need roles, too, and the policies name them.",
  ].join("\n");
}

function stepsOf({ branch, secrets, roleDirectory }: GithubSetUp): string[] {
  return [
    `Make GitHub's identity provider and the roles, by the commands in ${roleDirectory}/README.md.`,
    ...secrets.map((secret) => `Give the repository the secret ${secret}: gh secret set ${secret}`),
    `Protect the branch ${branch}: whoever may push to it decides who gets in.`,
    "Commit .github.",
  ];
}

function placesOf({ accounts }: CiRole): string {
  return accounts.length === 1 ? `in ${accounts.join("")}` : `in each of ${accounts.length} accounts`;
}
