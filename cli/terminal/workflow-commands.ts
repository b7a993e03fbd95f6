/** Whether this runs in GitHub Actions, which takes some printed lines for workflow commands. */
export function inGithubActions(): boolean {
  return process.env["GITHUB_ACTIONS"] === "true";
}

/**
 * A text that GitHub Actions prints without executing commands in it, whoever has written parts of it. `::` at the beginning of a line is a
 * command there; `##[` anywhere used to be one.
 */
export function withoutCommands(text: string): string {
  return inGithubActions() ? text.replace(/^(\s*):(?=:)/gm, "$1: ").replaceAll("##[", "## [") : text;
}
