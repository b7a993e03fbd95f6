import type { GithubSetUp } from "./set-up.ts";

/** What was written, and what is still to be made, with the policies as JSON. */
export function githubPage({ repository, branch, written, secrets, roles }: GithubSetUp): string {
  const [first] = roles;
  return [
    written.length > 0 ? `Written: ${written.join(", ")}.` : "The workflows are there already.",
    `They are for ${repository}, whose branch ${branch} is applied. docs/ci.md says more.`,
    ...(secrets.length > 0 ? [`Secrets that the repository needs: ${secrets.join(", ")}.`] : []),
    "",
    `Still to be made, by an administrator, in account ${first?.accounts.join(", ") ?? ""}: the identity provider`,
    "https://token.actions.githubusercontent.com with the audience sts.amazonaws.com. And these roles:",
    ...roles.flatMap(({ name, accounts, purpose, trust, policy }) => [
      "",
      `${name} in ${accounts.join(", ")} (${purpose})`,
      `Trust policy:\n${json(trust)}`,
      `Policy:\n${json(policy)}`,
    ]),
  ].join("\n");
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
