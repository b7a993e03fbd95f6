import { basename } from "node:path";

import { FileFailure } from "../failure.ts";
import { git } from "../project/git.ts";
import type { Project } from "../project/project.ts";
import { parseYamlFile } from "../project/yaml-file.ts";
import type { HistoryRow } from "../results/history.ts";
import { type LooseSettings, recordIn, rosterChange, settingsIn } from "./roster-change.ts";

interface Commit {
  hash: string;
  at: string;
  author: string;
  title: string;
}

/** The commits that have changed the stack's settings file, the latest first; empty where the file is in no git repository. */
export async function commitRows({ directory, settingsFile }: Project, since: Date): Promise<HistoryRow[]> {
  const file = basename(settingsFile);
  const commits = await commitsOf(directory, file, since);
  const texts = await versionsOf(
    directory,
    commits.flatMap(({ hash }) => [`${hash}:./${file}`, `${hash}^:./${file}`]),
  );
  return commits.map(({ hash, at, author, title }, index) => ({
    ...{ at: new Date(at).toISOString(), who: author, what: title, source: "git" as const, commit: hash },
    ...changeBetween(texts[2 * index + 1], texts[2 * index]),
  }));
}

async function commitsOf(directory: string, file: string, since: Date): Promise<Commit[]> {
  const format = "--format=%H%x00%cI%x00%aN%x00%s";
  const log = await git(directory, ["log", format, `--since=${since.toISOString()}`, "--", `./${file}`]);
  // There is no repository, or no commit in it.
  if ("failure" in log) return [];
  const lines = log.output.toString().split("\n").filter(Boolean);
  const commits = lines.map((line): Commit => {
    const [hash = "", at = "", author = "", title = ""] = line.split("\0");
    return { hash, at, author, title };
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
