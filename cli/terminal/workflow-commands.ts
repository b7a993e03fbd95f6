/** Whether GitHub Actions reads what is printed, and takes some of it for commands. */
export function inGithubActions(): boolean {
  return process.env["GITHUB_ACTIONS"] === "true";
}

/**
 * A text for GitHub Actions to print and not to obey, whoever has written parts of it: `::` at the beginning of a line is a
 * command there, and so was `##[` anywhere once.
 */
export function withoutCommands(text: string): string {
  return inGithubActions() ? text.replace(/^(\s*):(?=:)/gm, "$1: ").replaceAll("##[", "## [") : text;
}
