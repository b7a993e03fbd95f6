import { readFile } from "node:fs/promises";

import { parse, stringify } from "yaml";
import * as z from "zod";

import type { Assignment } from "../../infra/assignment.ts";
import { roleName, settingsSchema, userName } from "../../infra/settings.ts";
import { describeProblem } from "../../infra/settings-words.ts";
import { Failure } from "../failure.ts";
import { asArgument } from "../terminal/one-line.ts";

/**
 * The kit: the page that `guide` makes for a developer. It begins with the developer's assignment as YAML front matter, for `enroll --kit`
 * and `login --kit`. No secrets.
 */

const { authAccount, developmentAccounts, sessionDuration, contact, region, mfaMaxAge, maxKeyAge } =
  settingsSchema.shape;

const kitSchema = z.strictObject({
  userName,
  authAccount,
  roleName,
  sessionDuration: sessionDuration.unwrap(),
  accounts: developmentAccounts,
  sharedRole: z.literal(true).exactOptional(),
  everyAccount: z.literal(true).exactOptional(),
  contact: contact.unwrap().exactOptional(),
  region: region.unwrap().exactOptional(),
  accessKeys: z.literal("with-mfa").exactOptional(),
  mfaMaxAge: mfaMaxAge.unwrap().exactOptional(),
  maxKeyAge: maxKeyAge.unwrap().exactOptional(),
});

/** The kit of a developer who enters every account by a shared role: it need not name any account. */
const kitOfEveryAccount = kitSchema.extend({
  accounts: z.record(developmentAccounts.keyType, developmentAccounts.valueType),
});

/** A page with its front matter. */
export function kitText(assignment: Assignment, page: string): string {
  return `---\n${stringify(assignment, { lineWidth: 0 })}---\n\n${page}`;
}

/**
 * Reads a developer's assignment from a kit.
 *
 * @throws Failure when the file cannot be read, is no kit, or has a wrong key
 */
export async function readKit(path: string): Promise<Assignment> {
  const [, frontMatter] = /^\uFEFF?---\r?\n(.*?)\r?\n---\s*?(?:\n|$)/s.exec(await textOf(path)) ?? [];
  if (frontMatter === undefined) {
    throw new Failure(
      `${path} is no kit: it does not begin with a block of YAML between two lines of ---.`,
      "Give the page that the administrator has sent, as a file and unchanged.",
    );
  }
  const values = valuesOf(path, frontMatter);
  const isEvery = typeof values === "object" && values !== null && "everyAccount" in values;
  const result = (isEvery ? kitOfEveryAccount : kitSchema).safeParse(values, { error: describeProblem });
  if (result.success) return result.data;
  throw wrong(
    result.error.issues.map((issue) => {
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
      return `${path}: ${[...issue.path, ...unknown].map(String).join(".")}: ${issue.message}`;
    }),
  );
}

function valuesOf(path: string, frontMatter: string): unknown {
  try {
    return parse(frontMatter);
  } catch (error) {
    const [summary = ""] = (error as Error).message.split(/ at line |\n/);
    throw wrong([`${path}: this is not valid YAML: ${summary}`]);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new Failure(
      missing ? `There is no file ${asArgument(path)}.` : `${path} cannot be read: ${(error as Error).message}.`,
      "Give the page that the administrator has sent (mfa-admin guide NAME makes it).",
      { cause: error },
    );
  }
}

function wrong(problems: string[]): Failure {
  return new Failure(problems.join("\n"), "Ask the administrator for the page again: mfa-admin guide NAME makes it.");
}
