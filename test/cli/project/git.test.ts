import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { commitOf } from "../../../cli/project/git.ts";

describe("the commit that a project is made of", () => {
  let directory: string;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: directory,
      encoding: "utf8",
    }).trim();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-git-"));
    await writeFile(join(directory, "Pulumi.main.yaml"), "config: {}\n");
    await writeFile(join(directory, "other"), "");
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("is none outside of git, and before the first commit", async () => {
    expect(await commitOf({ directory }, ["Pulumi.main.yaml"])).to.equal(undefined);
    git("init", "--quiet");
    expect(await commitOf({ directory }, ["Pulumi.main.yaml"])).to.equal(undefined);
  });

  it("is told with whether the files are as it has them, whatever else has changed", async () => {
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    const id = git("rev-parse", "HEAD");
    const settings = join(directory, "Pulumi.main.yaml");
    await appendFile(join(directory, "other"), "more");
    expect(await commitOf({ directory }, [settings])).to.eql({ id, changed: false });
    await appendFile(settings, "# more\n");
    expect(await commitOf({ directory }, [settings])).to.eql({ id, changed: true });
  });

  it("has changed where a file is not in git, or ignored by it", async () => {
    git("init", "--quiet");
    await writeFile(join(directory, ".gitignore"), "secret.json\n");
    git("add", ".gitignore", "other");
    git("commit", "--quiet", "--message", "first");
    expect((await commitOf({ directory }, ["Pulumi.main.yaml"]))?.changed).to.equal(true);
    await writeFile(join(directory, "secret.json"), "{}");
    expect((await commitOf({ directory }, ["secret.json"]))?.changed).to.equal(true);
    expect((await commitOf({ directory }, ["other"]))?.changed).to.equal(false);
  });
});
