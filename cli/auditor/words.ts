import type { GuardRail } from "../../infra/guard-rails.ts";
import type { Language } from "../language.ts";
import type { AuditKind } from "../results/audit.ts";
import type { AccessRow, FindingRow, GuardRow, PersonRow } from "../results/auditor-report.ts";
import type { Change } from "../results/change.ts";
import type { Check } from "../results/doctor.ts";
import type { FindingKind, MatrixLine } from "../results/verify.ts";
import type { Content } from "./html.ts";
import type { AlarmKind } from "./rows.ts";

/** A section's heading, its caption, and the text that it shows where it has no rows. */
interface SectionWords {
  heading: string;
  about: string;
  none: string;
}

/** The sections in the page's order. */
export const sectionNames = [
  ...["findings", "access", "people", "guards", "drift", "pending", "checks", "missed", "matrix", "compared"],
] as const;
export type SectionName = (typeof sectionNames)[number];

/** All words of the page in one language. The sentences of findings, of checks and of AWS are English in every language. */
export interface Words {
  language: Language;
  title: (stack: string) => string;
  lead: string;
  facts: {
    madeAt: string;
    organization: string;
    managedFrom: (account: string) => string;
    accounts: string;
    commit: string;
    changedSince: string;
    noCommit: string;
    madeBy: string;
    credentialReport: string;
  };
  contents: string;
  glance: {
    heading: string;
    promise: string;
    promiseHolds: (all: number) => string;
    promiseBroken: (broken: number, all: number) => string;
    findings: string;
    toSeeTo: (count: number) => string;
    known: (count: number) => string;
    access: string;
    accessSum: (people: number, roles: number, accounts: number) => string;
    ending: (count: number) => string;
    mfa: string;
    mfaSum: (having: number, all: number) => string;
    keys: string;
    keySum: (count: number, oldestDays: number) => string;
    guards: string;
    guardSum: (on: number, chosen: number, all: number) => string;
    drift: string;
    pending: string;
    resources: (count: number) => string;
    missed: string;
    missedSum: (count: number) => string;
    unknown: string;
  };
  sections: Record<SectionName, SectionWords>;
  columns: Record<ColumnName, string>;
  sources: Record<FindingRow["source"], string>;
  seeTo: string;
  accepted: (reason: string, until: string | undefined) => string;
  allowed: string;
  since: string;
  hours: (seconds: number) => string;
  sessions: (hours: string) => string;
  within: (boundary: Content) => Content;
  noRights: string;
  noEnd: string;
  never: string;
  notUsed: string;
  roles: Record<AccessRow["inAws"], string>;
  stopped: Record<NonNullable<AccessRow["stopped"]>, string>;
  standings: Record<PersonRow["standing"], string>;
  exemptUntil: (day: string) => string;
  people: Record<PersonRow["inAws"], string>;
  locked: (since: Content, until: Content, reason: string | undefined) => Content;
  noMfa: string;
  hasMfa: string;
  devices: Record<PersonRow["devices"][number], string>;
  noPassword: string;
  passwordUsed: (time: Content) => Content;
  passwordNeverUsed: string;
  passwordChanged: (time: Content) => Content;
  noKeys: string;
  key: (active: boolean, made: Content, used: Content, service: string | undefined) => Content;
  guards: { mfa: { name: string; keeps: string }; own: string; rails: Record<GuardRail, string> };
  states: Record<GuardRow["state"], string>;
  missing: (accounts: string) => string;
  operations: Record<Change["operation"], string>;
  type: (type: string) => string;
  sinceThen: (time: Content) => Content;
  levels: Record<Check["level"], string>;
  /** Titles of the checks, by name; a check without one is shown by its name. */
  checks: Partial<Record<string, string>>;
  /** Titles of findings by kind, shown above the English sentence; none where the sentence is enough. */
  kinds: Partial<Record<Kind, string>>;
  who: (who: string) => string;
  credentials: Record<MatrixLine["credentials"], string>;
  decisions: Record<MatrixLine["expected"], string>;
  deciders: Record<NonNullable<MatrixLine["decidedBy"]>, string>;
  notAsked: string;
  compared: { same: string; differs: string };
  anything: string;
  /** The text between two sentences. */
  gap: string;
  separator: string;
  accountNames: (names: string[]) => string;
  documents: (count: number) => string;
  unexpected: string;
  /** A note for tables with sentences in another language than the page's; undefined where all are in one. */
  wordsOfOthers: string | undefined;
  footer: string;
}

export type Kind = AuditKind | FindingKind | AlarmKind;

type ColumnName =
  | ("finding" | "what" | "account" | "status" | "source" | "standing" | "developer" | "role" | "rights" | "until")
  | ("lastUse" | "inAws" | "user" | "mfa" | "password" | "keys" | "guard" | "keeps" | "policy" | "state" | "resource")
  | ("change" | "details" | "check" | "result" | "reason" | "remedy" | "who" | "signedBy" | "actions" | "on")
  | ("expected" | "got" | "document" | "comparison");

/** Loads one language's words alone. */
export async function wordsIn(language: Language): Promise<Words> {
  if (language === "ja") return (await import("./ja.ts")).ja;
  return (await import("./en.ts")).en;
}
