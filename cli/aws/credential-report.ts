import { setTimeout } from "node:timers/promises";

import { GenerateCredentialReportCommand, GetCredentialReportCommand, type IAMClient } from "@aws-sdk/client-iam";
import { parse } from "csv-parse/sync";

import { Failure } from "../failure.ts";

/** A row of the credential report: a user's credentials, without any secret. Times are ISO 8601. */
export interface CredentialRow {
  /** The user's name; "root" for the root user, as {@link isRootUser} tells. */
  user: string;
  arn: string;
  createdAt: string;
  hasPassword: boolean;
  passwordLastUsedAt?: string;
  passwordLastChangedAt?: string;
  hasMfa: boolean;
  /** The access keys that exist, two at most. */
  keys: { active: boolean; createdAt: string; lastUsedAt?: string; lastUsedService?: string }[];
}

/** Whether a row is the root user's. An IAM user may be called root, too. */
export function isRootUser({ arn }: Pick<CredentialRow, "arn">): boolean {
  return arn.endsWith(":root");
}

/** Milliseconds between two requests for the report, and the longest wait for it in all. */
const pause = 1000;
const patience = 120_000;

/**
 * The credential report of an account. AWS generates a new one when the last is four hours old (IAM User Guide, "Get credential
 * reports for your AWS account"). It takes about three calls for all users.
 *
 * @throws Failure where AWS has not made the report within two minutes
 */
export async function credentialReport(iam: IAMClient): Promise<{ rows: CredentialRow[]; generatedAt: string }> {
  const deadline = Date.now() + patience;
  for (let first = true; ; first = false) {
    const { State } = await iam.send(new GenerateCredentialReportCommand({}));
    if (State === "COMPLETE") break;
    if (Date.now() > deadline) {
      throw new Failure(
        "AWS has not made the credential report within two minutes.",
        "Run mfa-admin audit again later.",
      );
    }
    await setTimeout(first ? pause / 4 : pause);
  }
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}));
  const text = Buffer.from(Content ?? []).toString("utf8");
  return { rows: credentialRows(text), generatedAt: (GeneratedTime ?? new Date()).toISOString() };
}

/** The rows of a report. Columns are read by name, since AWS has added some over the years. */
export function credentialRows(text: string): CredentialRow[] {
  const [columns = [], ...lines] = parse(text, {
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
  });
  return lines.map((cells) => {
    const record = recordOf(columns, cells);
    const lastUsed = timeIn(record["password_last_used"]);
    const lastChanged = timeIn(record["password_last_changed"]);
    return {
      user: record["user"] === "<root_account>" ? "root" : (record["user"] ?? ""),
      arn: record["arn"] ?? "",
      createdAt: timeIn(record["user_creation_time"]) ?? "",
      hasPassword: isTrue(record["password_enabled"]),
      ...(lastUsed !== undefined && { passwordLastUsedAt: lastUsed }),
      ...(lastChanged !== undefined && { passwordLastChangedAt: lastChanged }),
      hasMfa: isTrue(record["mfa_active"]),
      keys: [1, 2].flatMap((index) => keyIn(record, `access_key_${index}_`)),
    };
  });
}

/**
 * A line's cells by their columns. A user's name and path may have commas ("IAM identifiers" in the IAM User Guide), and where the report does
 * not quote them, its first two cells, the name and the ARN, are several. A name has no colon, so the first one is the ARN's.
 */
function recordOf([user = "", arn = "", ...others]: string[], cells: string[]): Partial<Record<string, string>> {
  const start = cells.length - others.length;
  const [, name, ownArn] = /^([^:]*),(arn:.*)$/s.exec(cells.slice(0, start).join(",")) ?? [];
  const rest = others.map((column, index) => [column, cells[start + index]]);
  return { ...Object.fromEntries(rest), [user]: name, [arn]: ownArn } as Partial<Record<string, string>>;
}

/** The access key of some columns; none where they say that it is not active and was never rotated. */
function keyIn(record: Partial<Record<string, string>>, prefix: string): CredentialRow["keys"] {
  const createdAt = timeIn(record[`${prefix}last_rotated`]);
  const active = isTrue(record[`${prefix}active`]);
  if (createdAt === undefined && !active) return [];
  const lastUsedAt = timeIn(record[`${prefix}last_used_date`]);
  const service = record[`${prefix}last_used_service`];
  return [
    {
      ...{ active, createdAt: createdAt ?? "" },
      ...(lastUsedAt !== undefined && { lastUsedAt }),
      ...(lastUsedAt !== undefined && service !== undefined && { lastUsedService: service }),
    },
  ];
}

const isTrue = (text = ""): boolean => text.toLowerCase() === "true";

/** The time in a cell; undefined for "N/A", "no_information" and "not_supported". */
function timeIn(text = ""): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
