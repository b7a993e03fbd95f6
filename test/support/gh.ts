import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * Puts a stand-in for GitHub's CLI into a directory.
 *
 * @param answer its response about the subject claim of example/access; when left out, nobody is logged in
 * @returns a PATH on which it comes first
 */
export async function pathWithGh(directory: string, answer?: Record<string, unknown>): Promise<string> {
  const question = "api repos/example/access/actions/oidc/customization/sub";
  const source = `#!${process.execPath}
if (process.argv.slice(2).join(" ") !== ${JSON.stringify(question)}) throw new Error("gh " + process.argv.slice(2).join(" "));
const answer = ${JSON.stringify(answer ?? null)};
if (answer === null) {
  console.error("To get started with GitHub CLI, please run:  gh auth login");
  process.exit(4);
}
console.log(JSON.stringify(answer));
`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "gh"), source);
  await chmod(join(directory, "gh"), 0o755);
  return [directory, process.env["PATH"]].join(delimiter);
}

/** The source from which a repository installs mfa-admin: a commit in git. */
export const fromGit = "git+https://git.example.com/mfa-admin.git#0b0e1cb85ac14b8f9a3c2f8d2f2e7a1100000000";
export const lockFile = JSON.stringify({ packages: { "node_modules/mfa-admin": { resolved: fromGit } } });
