import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { expect } from "chai";

import { commitRows } from "../../../cli/history/commits.ts";
import { dayBegin } from "../../../cli/history/since.ts";
import type { Missed } from "../../../cli/results/missed.ts";
import { Failure } from "../../../cli/failure.ts";

describe("the history by git", () => {
  let directory: string;
  const since = new Date("2020-01-01T00:00:00Z");
  const project = () => ({
    ...{ directory, name: "mfa-admin", stack: "main", backendUrl: "file://." },
    settingsFile: join(directory, "Pulumi.main.yaml"),
  });

  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Carol Ünal", "-c", "user.email=carol@example.com", ...args], {
      cwd: directory,
    });
  async function commit(title: string, developers: string, file = "Pulumi.main.yaml"): Promise<void> {
    await writeFile(join(directory, file), `config:\n  mfa-admin:developers: ${developers} # ü\n`);
    git("add", "-A");
    git("commit", "--quiet", "--message", title);
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-history-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("tells who has changed the settings file, and whom by it", async () => {
    git("init", "--quiet");
    await commit("Begin", "{ alice: {} }");
    await commit("Let bob in", "{ alice: {}, bob: {} }");
    await commit("Something else", "{}", "other.yaml");
    await commit("Broken", "{ alice");
    await commit("Alice leaves", "{ bob: { accounts: [sandbox] } }");
    const rows = await commitRows(project(), since, []);
    expect(rows.map(({ who, what, whom }) => [who, what, ...whom])).to.eql([
      // The change of the commit that breaks the file can't be told.
      ["Carol Ünal", "Alice leaves"],
      ["Carol Ünal", "Broken"],
      ["Carol Ünal", "Let bob in", "bob"],
      ["Carol Ünal", "Begin", "alice"],
    ]);
    expect(rows[0]?.commit).to.match(/^[0-9a-f]{40}$/);
    expect(await commitRows(project(), new Date(Date.now() + 86_400_000), [])).to.eql([]);
  });

  it("does not tell of a shallow clone's oldest commit what it has changed, but that there is more", async () => {
    git("init", "--quiet");
    await commit("Begin", "{ alice: {} }");
    await commit("Let bob in", "{ alice: {}, bob: {} }");
    await commit("Let carol in", "{ alice: {}, bob: {}, carol: {} }");
    const missed: Missed[] = [];
    git("clone", "--quiet", "--depth", "2", pathToFileURL(directory).href, join(directory, "clone"));
    const clone = { ...project(), directory: join(directory, "clone") };
    const rows = await commitRows(clone, since, missed);
    expect(rows.map(({ what, whom }) => [what, ...whom])).to.eql([["Let carol in", "carol"]]);
    expect(missed.map(({ reason, remedy }) => `${reason} ${remedy}`)).to.eql([
      "This clone of the repository is shallow. Run git fetch --unshallow; with actions/checkout, set fetch-depth: 0.",
    ]);
    expect((await commitRows(project(), since, [])).map(({ what }) => what)).to.include("Begin");
  });

  it("has nothing where there is no repository, or no commit yet", async () => {
    await writeFile(join(directory, "Pulumi.main.yaml"), "config: {}\n");
    expect(await commitRows(project(), since, [])).to.eql([]);
    git("init", "--quiet");
    const missed: Missed[] = [];
    expect(await commitRows(project(), since, missed)).to.eql([]);
    expect(missed).to.eql([]);
  });

  it("says so where git can't read the repository", async () => {
    git("init", "--quiet");
    await commit("Begin", "{ alice: {} }");
    await writeFile(join(directory, ".git", "config"), "[core\n");
    const missed: Missed[] = [];
    expect(await commitRows(project(), since, missed)).to.eql([]);
    expect(missed.map(({ what, reason }) => `${what}: ${reason}`))
      .to.have.length(1)
      .and.satisfy(([told = ""]: string[]) => told.startsWith("the commits: fatal: bad config line 1"));
  });

  it("goes back 90 days, or to the begin of a day in UTC; what is none is refused", () => {
    const now = new Date("2026-11-28T12:00:00Z");
    expect(dayBegin(undefined, now).toISOString()).to.equal("2026-08-30T12:00:00.000Z");
    expect(dayBegin("2026-11-01", now).toISOString()).to.equal("2026-11-01T00:00:00.000Z");
    expect(() => dayBegin("2026-02-30", now)).to.throw(Failure, "--since 2026-02-30: this is no day.");
  });
});
