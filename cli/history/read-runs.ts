import pMap from "p-map";

import { runPulumi } from "../engine/pulumi-process.ts";
import type { Project } from "../project/project.ts";
import { requireCurrentLayout } from "../state/layout.ts";
import { absoluteUrl } from "../state/state-directory.ts";
import { type StateFiles, stateFilesOf } from "../state/state-files.ts";
import { changesAws, type NotedRun, timeOf } from "./runs.ts";

/** How many files, or runs of a page, are read at a time. */
const atOnce = 16;

/**
 * The runs of a stack since a time, and those before it back to the last one that changed AWS; the latest first. Files in a directory or in
 * S3 are read directly, without the engine; other backends by `pulumi stack history`.
 */
export async function readRuns(project: Project, since: Date): Promise<NotedRun[]> {
  const files = stateFilesOf(project);
  if (files === undefined) return fromEngine(project, since);
  await requireCurrentLayout(project);
  const paths = await files.list(`.pulumi/history/${project.name}/${project.stack}`);
  // Compressed history files are left to the Pulumi CLI.
  if (paths.some((path) => /\.history\.json\.\w*(gz|zst)$/.test(path))) return fromEngine(project, since);
  return readUntilEnough(
    since,
    fromFiles(
      files,
      paths.filter((path) => path.endsWith(".history.json")),
    ),
  );
}

async function readUntilEnough(since: Date, pages: AsyncIterable<NotedRun[]>): Promise<NotedRun[]> {
  const runs: NotedRun[] = [];
  for await (const page of pages) {
    runs.push(...page);
    if (page.some((run) => timeOf(run) < since && changesAws(run))) break;
  }
  return runs;
}

/** Reads history files, the latest first: their names end with the time of the run, in nanoseconds. */
async function* fromFiles(files: StateFiles, paths: string[]): AsyncIterable<NotedRun[]> {
  const latestFirst = paths.toSorted().reverse();
  for (let start = 0; start < latestFirst.length; start += atOnce) {
    const page = latestFirst.slice(start, start + atOnce);
    yield await pMap(page, async (path) => JSON.parse(await files.read(path)) as NotedRun, { concurrency: atOnce });
  }
}

async function fromEngine(project: Project, since: Date): Promise<NotedRun[]> {
  // The history needs no access to the stack's secrets.
  const env = { PULUMI_BACKEND_URL: absoluteUrl(project), PULUMI_SKIP_UPDATE_CHECK: "true" };
  async function* pages(): AsyncIterable<NotedRun[]> {
    for (let page = 1; ; page++) {
      const args = ["stack", "history", "--json", "--page-size", "100", "--page", String(page)];
      const runs = JSON.parse(await runPulumi(args, project, { directory: project.directory, env })) as NotedRun[];
      yield runs;
      if (runs.length < 100) return;
    }
  }
  return readUntilEnough(since, pages());
}
