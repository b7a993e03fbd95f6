import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import type { History } from "../results/history.ts";
import { dayBegin } from "./since.ts";
import { history, type HistoryOptions } from "./history.ts";
import { historyText } from "./text.ts";

/** The history, and its text for stdout. @param since a day, as {@link dayBegin} takes it */
export async function historyAndText(
  project: Project,
  settings: Settings,
  { since, ...options }: Omit<HistoryOptions, "since"> & { since: string | undefined },
): Promise<{ found: History; text: string }> {
  const found = await history(project, settings, { ...options, since: dayBegin(since, new Date()) });
  return { found, text: historyText(found, options.developer, process.stdout) };
}
