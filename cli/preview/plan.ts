import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";

import writeFileAtomic from "write-file-atomic";

import { type Settings, settingsKeys } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import type { Plan, PlannedResource } from "./planned.ts";

/**
 * What a reviewer has seen, in a file: the settings, and each change with a digest of all that it is made of. No secrets:
 * neither the settings nor the stack's inputs have any.
 */
interface PlanFile {
  format: typeof format;
  version: 1;
  project: string;
  stack: string;
  settings: Settings;
  changes: PlannedChange[];
}

type PlannedChange = Pick<PlannedResource, "operation" | "account" | "type" | "name"> & {
  /** Of the properties before and after, in hexadecimal. */
  sha256: string;
};

const format = "mfa-admin plan";

/** Saves what `up` would do, for `up --plan`. */
export async function savePlan(path: string, project: Project, settings: Settings, plan: Plan): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(planFile(project, settings, plan), undefined, 2)}\n`);
}

/** A plan that was saved, to be held against what is to be done now. */
export class SavedPlan {
  readonly #path: string;
  readonly #content: PlanFile;

  private constructor(path: string, content: PlanFile) {
    this.#path = path;
    this.#content = content;
  }

  /** @throws Failure when a file is no plan of this stack */
  static async read(path: string, { name, stack }: Project): Promise<SavedPlan> {
    let content: Partial<PlanFile>;
    try {
      content = JSON.parse(await readFile(path, "utf8")) as Partial<PlanFile>;
    } catch (error) {
      throw new Failure(`${basename(path)} is no plan: ${(error as Error).message}.`, again(path), { cause: error });
    }
    if (content.format !== format || content.version !== 1) {
      throw new Failure(`${basename(path)} is no plan of this version of mfa-admin.`, again(path));
    }
    if (content.project !== name || content.stack !== stack) {
      const theirs = `the stack "${content.stack ?? ""}" of ${content.project ?? ""}`;
      throw new Failure(`${basename(path)} is a plan of ${theirs}, not of "${stack}" of ${name}.`, again(path));
    }
    return new SavedPlan(path, content as PlanFile);
  }

  /** @throws Failure that says what has changed since the plan was saved, if anything */
  requireUnchanged({ project, settings, plan }: { project: Project; settings: Settings; plan: Plan }): void {
    const [saved, now] = [this.#content, planFile(project, settings, plan)];
    const differences = [
      ...changedSettings(saved.settings, now.settings),
      ...changedChanges(saved.changes, now.changes),
    ];
    if (differences.length === 0) return;
    const shown = differences.slice(0, most).map((line) => `  ${line}`);
    if (differences.length > most) shown.push(`  and ${differences.length - most} more`);
    const message = `${basename(this.#path)} no longer fits; nothing was changed. Since it was saved:`;
    throw new Failure([message, ...shown].join("\n"), again(this.#path));
  }
}

/** Differences that are told one by one. */
const most = 20;

function again(path: string): string {
  return `Run mfa-admin preview --save-plan ${basename(path)}, and have it reviewed.`;
}

function planFile({ name, stack }: Project, settings: Settings, { resources }: Plan): PlanFile {
  const changes = resources
    .filter(({ operation }) => operation !== "same")
    .map(({ operation, account, type, name, before, after }) => {
      const sha256 = createHash("sha256")
        .update(JSON.stringify(sorted({ before, after })))
        .digest("hex");
      return { operation, account, type, name, sha256 };
    })
    .sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  return { format, version: 1, project: name, stack, settings, changes };
}

/** A value with the keys of all objects in it in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]: [string, unknown]) => [key, sorted(item)]));
}

function changedSettings(before: Settings, now: Settings): string[] {
  const [was, is] = [before, JSON.parse(JSON.stringify(now))] as Record<string, unknown>[];
  return settingsKeys
    .filter((key) => !isDeepStrictEqual(was?.[key], is?.[key]))
    .map((key) => {
      if (key !== "developers") return `the setting ${key} has changed`;
      const names = [...new Set([...Object.keys(before.developers), ...Object.keys(now.developers)])];
      const [old, current] = [before, now].map(({ developers }) => new Map(Object.entries(developers)));
      const different = names.filter((name) => !isDeepStrictEqual(old?.get(name), current?.get(name)));
      return `the roster has changed: ${different.join(", ")}`;
    });
}

function changedChanges(before: PlannedChange[], now: PlannedChange[]): string[] {
  const [was, is] = [before, now].map((changes) => new Map(changes.map((change) => [titleOf(change), change])));
  return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].flatMap((title) => {
    const [old, planned] = [was?.get(title), is?.get(title)];
    if (old === undefined) return [`to be done now, but not planned: ${title}`];
    if (planned === undefined) return [`planned, but nothing to be done any more: ${title}`];
    return old.sha256 === planned.sha256 ? [] : [`planned otherwise: ${title}`];
  });
}

/** "create role developer-alice in sandbox" */
function titleOf({ operation, account, type, name }: PlannedChange): string {
  return `${operation} ${type} ${name} in ${account}`;
}
