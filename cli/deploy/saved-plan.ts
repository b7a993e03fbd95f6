import { createHash } from "node:crypto";
import { access, constants, readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";

import writeFileAtomic from "write-file-atomic";
import * as z from "zod";

import { type Settings, settingsKeys, settingsSchema } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { changedAccessRoles } from "../changes/access-roles.ts";
import type { StackChanges } from "../changes/resource.ts";

const format = "mfa-admin plan";

const plannedChange = z.strictObject({
  operation: z.enum(["create", "update", "replace", "delete"]),
  account: z.string(),
  type: z.string(),
  name: z.string(),
  /** The digest of the properties before and after, in hexadecimal. */
  sha256: z.string(),
});

/**
 * The file of a plan, for a reviewer: the settings, and each change with a digest of its properties. It has no secrets, since
 * neither the settings nor the resources' inputs have any.
 */
const planFileSchema = z.strictObject({
  format: z.literal(format),
  version: z.literal(1),
  project: z.string(),
  stack: z.string(),
  settings: settingsSchema,
  changes: z.array(plannedChange),
});

type PlanFile = z.output<typeof planFileSchema>;
type PlannedChange = z.output<typeof plannedChange>;

/** @throws Failure when {@link savePlan} could not write this file. It is checked before the preview, which takes time. */
export async function requirePlanWritable(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) throw new Error("it is a directory");
    if (there !== undefined && !isPlan(await readFile(path, "utf8"))) {
      throw new Error("it is there already, and is something else than a plan");
    }
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Whether a file may be replaced by a newer plan. */
function isPlan(text: string): boolean {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === format;
  } catch {
    return text === "";
  }
}

/** Saves what `up` would do, for `up --plan`. */
export async function savePlan(
  path: string,
  project: Project,
  settings: Settings,
  changes: StackChanges,
): Promise<void> {
  try {
    await writeFileAtomic(path, `${JSON.stringify(planFile(project, settings, changes), undefined, 2)}\n`);
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, cause: unknown): Failure {
  const { message } = cause as Error;
  return new Failure(`The plan cannot be written to ${path}: ${message}.`, "Name another file in --save-plan.", {
    cause,
  });
}

/** A saved plan, to compare with the changes that a run would make now. */
export class SavedPlan {
  readonly #path: string;
  readonly #content: PlanFile;

  private constructor(path: string, content: PlanFile) {
    this.#path = path;
    this.#content = content;
  }

  /** Reads a plan. @throws Failure when the file is no plan of this stack */
  static async read(path: string, { name, stack }: Project): Promise<SavedPlan> {
    let content: unknown;
    try {
      content = JSON.parse(await readFile(path, "utf8"));
    } catch (error) {
      throw new Failure(`${basename(path)} is no plan: ${(error as Error).message}.`, again(path), { cause: error });
    }
    const { data: plan } = planFileSchema.safeParse(content);
    if (plan === undefined) {
      throw new Failure(`${basename(path)} is no plan of this version of mfa-admin, or is damaged.`, again(path));
    }
    if (plan.project !== name || plan.stack !== stack) {
      const theirs = `the stack "${plan.stack}" of ${plan.project}`;
      throw new Failure(`${basename(path)} is a plan of ${theirs}, not of "${stack}" of ${name}.`, again(path));
    }
    return new SavedPlan(path, plan);
  }

  /** @throws Failure with the differences, where anything has changed since the plan was saved */
  requireUnchanged(project: Project, settings: Settings, changes: StackChanges): void {
    const [saved, now] = [this.#content, planFile(project, settings, changes)];
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

/** The number of differences that are listed at most. */
const most = 20;

function again(path: string): string {
  return `Run mfa-admin preview --save-plan ${basename(path)}, and have it reviewed.`;
}

function planFile({ name, stack }: Project, settings: Settings, previewed: StackChanges): PlanFile {
  const changes = [...previewed.resources, ...changedAccessRoles(previewed, settings)]
    .flatMap(({ operation, account, type, name, before, after }): PlannedChange[] => {
      // Resources that --adopt takes over are not part of a plan.
      if (operation === "same" || operation === "adopt") return [];
      const sha256 = createHash("sha256")
        .update(JSON.stringify(sorted({ before, after })))
        .digest("hex");
      return [{ operation, account, type, name, sha256 }];
    })
    .sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  // The texts of policy files are covered by the digests of the changes.
  const own = Object.fromEntries(settingsKeys.map((key) => [key, (settings as Record<string, unknown>)[key]]));
  return { format, version: 1, project: name, stack, settings: own as PlanFile["settings"], changes };
}

/** The value with the keys of all its objects sorted. */
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
    const [saved, found] = [was?.get(title), is?.get(title)];
    if (saved === undefined) return [`to be done now, but not planned: ${title}`];
    if (found === undefined) return [`planned, but nothing to be done any more: ${title}`];
    return saved.sha256 === found.sha256 ? [] : [`planned otherwise: ${title}`];
  });
}

/** "create role developer-alice in sandbox" */
function titleOf({ operation, account, type, name }: PlannedChange): string {
  return `${operation} ${type} ${name} in ${account}`;
}
