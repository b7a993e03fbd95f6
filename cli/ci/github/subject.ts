import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { Failure } from "../../failure.ts";

/** A repository's name in the OIDC tokens of its jobs. */
export interface Subject {
  /**
   * The beginning of the subject claim: `repo:OWNER/NAME`, or `repo:OWNER@ID/NAME@ID` where it is immutable, as in
   * repositories made, renamed or transferred since July 15, 2026 (GitHub Docs, "OpenID Connect reference").
   */
  prefix: string;
  /** Sentences for the administrator. */
  warnings: string[];
}

/** An answer of GitHub's REST API ("Get the customization template for an OIDC subject claim for a repository"). */
interface Customization {
  use_default?: boolean;
  /** Undefined on GitHub Enterprise Server, whose subject claims have names without ids. */
  sub_claim_prefix?: string;
}

/** The subject by the flag; else as GitHub answers `gh`, which is signed in as the user; else by the repository's name alone. */
export async function subjectOf(repository: string, flag: string | undefined): Promise<Subject> {
  if (flag !== undefined) {
    requirePrefix(flag);
    return { prefix: flag, warnings: [] };
  }
  const byName = `repo:${repository}`;
  const customization = await askGithub(repository);
  if (customization === undefined) {
    return { prefix: byName, warnings: [`GitHub was not asked how it names ${repository}. ${doubt(repository)}`] };
  }
  const { use_default: isDefault = true, sub_claim_prefix: prefix = byName } = customization;
  const custom = `${repository} has a subject claim of its own making: adapt the trust policies to it.`;
  return { prefix, warnings: isDefault && isPrefix(prefix) ? [] : [custom] };
}

function doubt(repository: string): string {
  return (
    "The trust policies name it as repositories from before July 15, 2026 are named; later ones have ids in their subject. " +
    `Look by gh api repos/${repository}/actions/oidc/customization/sub, and give its sub_claim_prefix to --sub-claim-prefix.`
  );
}

/** The result is undefined where `gh` is not installed or not signed in, or GitHub does not answer within 10 s. */
async function askGithub(repository: string): Promise<Customization | undefined> {
  try {
    const path = `repos/${repository}/actions/oidc/customization/sub`;
    const { stdout } = await promisify(execFile)("gh", ["api", path], { timeout: 10_000 });
    const answer: unknown = JSON.parse(stdout);
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

function requirePrefix(prefix: string): void {
  if (isPrefix(prefix)) return;
  throw new Failure(
    `--sub-claim-prefix ${prefix}: no subject begins like this.`,
    "Write it as GitHub does: repo:OWNER@ID/NAME@ID, or repo:OWNER/NAME.",
  );
}

function isPrefix(text: string): boolean {
  return /^repo:[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/.test(text);
}
