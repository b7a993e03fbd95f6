import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";

import { FileFailure } from "../failure.ts";
import { git } from "../project/git.ts";
import type { Project } from "../project/project.ts";
import { parseYamlFile } from "../project/yaml-file.ts";
import type { HistoryRow } from "../results/history.ts";
import type { Missed } from "../results/missed.ts";
import { type LooseSettings, recordIn, rosterChange, settingsIn } from "./roster-change.ts";

interface Commit {
  hash: string;
  at: string;
  author: string;
  title: string;
  hasParent: boolean;
}

/**
 * The commits that have changed the stack's settings file, the latest first; empty where the file is in no git repository. A commit whose
 * parents a shallow clone does not have is noted in `missed`: what it has changed is not known.
 */
export async function commitRows(
  { directory, settingsFile }: Project,
  since: Date,
  missed: Missed[],
): Promise<HistoryRow[]> {
  const file = basename(settingsFile);
  const all = await commitsOf(directory, file, since, missed);
  const cut = all.every(({ hasParent }) => hasParent) ? [] : await shallowCommits(directory);
  const commits = all.filter(({ hash }) => !cut.includes(hash));
  if (commits.length < all.length) missed.push(older);
  const texts = await versionsOf(
    directory,
    commits.flatMap(({ hash }) => [`${hash}:./${file}`, `${hash}^:./${file}`]),
  );
  return commits.map(({ hash, at, author, title }, index) => ({
    ...{ at: new Date(at).toISOString(), who: author, what: title, source: "git" as const, commit: hash },
    ...changeBetween(texts[2 * index + 1], texts[2 * index]),
  }));
}

const older: Missed = {
  what: "older commits",
  reason: "This clone of the repository is shallow.",
  remedy: "Run git fetch --unshallow; with actions/checkout, set fetch-depth: 0.",
};

/** The commits whose parents were left out of a shallow clone (git-clone, "--depth"); empty in any other. */
async function shallowCommits(directory: string): Promise<string[]> {
  const path = await git(directory, ["rev-parse", "--git-path", "shallow"]);
  if ("failure" in path) return [];
  const file = resolve(directory, path.output.toString().trim());
  // Only a shallow clone has the file.
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

/** Failures of git without a commit to be told of: no git, no repository, no commit in it. */
const nothingThere = /there is no git here|not a git repository|does not have any commits yet/;

async function commitsOf(directory: string, file: string, since: Date, missed: Missed[]): Promise<Commit[]> {
  const format = "--format=%H%x00%cI%x00%aN%x00%P%x00%s";
  const log = await git(directory, ["log", format, `--since=${since.toISOString()}`, "--", `./${file}`]);
  if ("failure" in log) {
    const [reason = ""] = log.failure.split("\n");
    const remedy = "Run git log in the project's directory: git says there what to do.";
    if (!nothingThere.test(log.failure)) missed.push({ what: "the commits", reason, remedy });
    return [];
  }
  const lines = log.output.toString().split("\n").filter(Boolean);
  const commits = lines.map((line): Commit => {
    const [hash = "", at = "", author = "", parents = "", title = ""] = line.split("\0");
    return { hash, at, author, title, hasParent: parents !== "" };
  });
  // git ignores a --since that it cannot parse.
  return commits.filter(({ at }) => new Date(at) >= since);
}

/** The contents of several git objects, by one process; undefined for those that do not exist. */
async function versionsOf(directory: string, names: string[]): Promise<(string | undefined)[]> {
  if (names.length === 0) return [];
  const answer = await git(directory, ["cat-file", "--batch"], `${names.join("\n")}\n`);
  return "failure" in answer ? [] : objectsIn(answer.output, names.length);
}

/** Parses "HASH blob SIZE", a line end, so many bytes, a line end; or "NAME missing" (git-cat-file, "BATCH OUTPUT"). */
function objectsIn(output: Buffer, count: number): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  for (let at = 0; texts.length < count;) {
    const end = output.indexOf("\n", at);
    if (end < 0) break;
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(output.subarray(at, end).toString()) ?? [];
    at = end + 1;
    if (size === undefined) texts.push(undefined);
    else {
      texts.push(output.subarray(at, at + Number(size)).toString());
      at += Number(size) + 1;
    }
  }
  return texts;
}

/** The change between two versions of the file; it names nobody where one of them is no YAML. */
function changeBetween(before: string | undefined, after: string | undefined): Pick<HistoryRow, "whom"> {
  try {
    return rosterChange(settingsOf(before), settingsOf(after));
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return { whom: [] };
  }
}

/** The settings in a version of the file; empty where the file did not exist. @throws FileFailure for text that is no YAML */
function settingsOf(text: string | undefined): LooseSettings {
  return text === undefined ? {} : settingsIn(recordIn(parseYamlFile("", text).content)["config"]);
}
