import type { CiRole, GithubSetUp } from "./set-up.ts";

/** The roles with their policies as JSON, what was written, and, where the screen ends, what is still to be done. */
export function githubPage(setUp: GithubSetUp): string {
  const { repository, written, roles } = setUp;
  return [
    ...roles.flatMap(({ name, accounts, purpose, trust, policy }) => [
      `${name} in ${accounts.join(", ")} (${purpose})`,
      `Trust policy:\n${json(trust)}`,
      `Policy:\n${json(policy)}`,
      "",
    ]),
    written.length > 0 ? `Written for ${repository}:` : `The workflows of ${repository} are there already.`,
    ...written.map((path) => `  ${path}`),
    "",
    "Next:",
    ...stepsOf(setUp).map((step, index) => `  ${index + 1}. ${step}`),
    "",
    "When accounts are added to the settings, run this again: the new ones need roles, too, and the policies name them.",
  ].join("\n");
}

function stepsOf({ branch, secrets, roles }: GithubSetUp): string[] {
  const [first] = roles;
  return [
    `Make GitHub's identity provider in ${first?.accounts.join(", ") ?? ""}, unless it is there: aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com`,
    `Make the roles above: ${roles.map(placeOf).join("; ")}.`,
    ...secrets.map((secret) => `Give the repository the secret ${secret}: gh secret set ${secret}`),
    `Protect the branch ${branch}: whoever may push to it decides who gets in.`,
    "Commit the workflows.",
  ];
}

function placeOf({ name, accounts }: CiRole): string {
  return `${name} in ${accounts.join(", ")}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
