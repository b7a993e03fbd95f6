import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { keepFromGit } from "../../../cli/onboarding/keep-from-git.ts";

describe("a file of passwords in a git repository", () => {
  let directory: string;
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: directory, encoding: "utf8" });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-git-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is put out of git's way, whatever its name, and once", async () => {
    git("init", "--quiet");
    await mkdir(join(directory, "on boarding"));
    const file = join(directory, "on boarding", "pass[word]s #1");
    expect(await keepFromGit(file)).to.equal(true);
    await writeFile(file, "alice:secret\n");
    expect(git("status", "--porcelain", "--untracked-files=all")).to.equal("");
    expect(await keepFromGit(file)).to.equal(false);
  });

  it("is refused where a .gitignore takes it in all the same", async () => {
    git("init", "--quiet");
    await writeFile(join(directory, ".gitignore"), "!passwords\n");
    const refusal = await keepFromGit(join(directory, "passwords")).catch((error: unknown) => error);
    expect(String(refusal)).to.contain("passwords is in a git repository, which would take the passwords up:");
  });

  it("is left alone where there is no repository, or git passes over it already", async () => {
    expect(await keepFromGit(join(directory, "passwords"))).to.equal(false);
    git("init", "--quiet");
    await writeFile(join(directory, ".gitignore"), "/passwords\n");
    expect(await keepFromGit(join(directory, "passwords"))).to.equal(false);
    expect(await readFile(join(directory, ".git", "info", "exclude"), "utf8")).to.not.contain("passwords");
  });
});
