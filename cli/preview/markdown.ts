import { code, fitted, row, type Section } from "./markdown-text.ts";
import type { DeveloperChange, PreviewReport, ReportKind, ResourceChange } from "./schema.ts";
import { accessText, detailsOf, listed, operationWords, propertyText, statementText, warningText } from "./wording.ts";

/** The most characters that GitHub takes in a comment. */
export const commentLimit = 65_536;

const titles: Record<ReportKind, string> = {
  preview: "What `mfa-admin up` will do to",
  roster: "What changes in the roster of",
  drift: "What has drifted in",
  up: "What `mfa-admin up` did to",
};

/** The hidden line by which a workflow finds its own comment again, to bring it up to date. */
export function commentMarker({ kind, stack }: Pick<PreviewReport, "kind" | "stack">): string {
  // What the roster alone shows stands in the place of the preview.
  return `<!-- mfa-admin ${kind === "roster" ? "preview" : kind} ${stack} -->`;
}

/** The report as a comment for a pull request, an issue or a job's summary; the same report gives the same text. */
export function markdown(report: PreviewReport, limit = commentLimit): string {
  const { kind, stack, summary, reason, unchanged } = report;
  const opening = [
    commentMarker(report),
    `### ${titles[kind]} ${code(stack)}`,
    "",
    ...(reason === undefined ? [] : ["> [!NOTE]", `> **This is the roster alone.** ${reason}`, ""]),
    `**${summary}**`,
    "",
    "",
  ].join("\n");
  const stays = report.changed && kind !== "roster" && unchanged > 0 ? `${stay(unchanged, kind)}\n` : "";
  return `${fitted(opening, sectionsOf(report), stays, limit).trimEnd()}\n`;
}

function sectionsOf(report: PreviewReport): Section[] {
  const { warnings, developers, resources, repair = [], kind } = report;
  return [
    { head: "> [!CAUTION]\n", lines: warnings.map((warning) => `> - ${warningText(warning, code)}`), noun: "warning" },
    { head: tableHead, lines: grouped(developers).flatMap((group) => rowsOf(group, kind)), noun: "row" },
    { head: "#### From now on\n\n", lines: kind === "drift" ? [] : developers.flatMap(accessLine), noun: "developer" },
    {
      head: "#### What all developers share\n\n",
      lines: resources.map((resource) => sharedItem(resource, kind)),
      noun: "change",
    },
    {
      head: "#### What `mfa-admin refresh` and `mfa-admin up` would do about it\n\n",
      lines: repair.map(repairItem),
      noun: "change",
    },
  ];
}

const tableHead = "| Developer | Account | Resource | Change |\n| --- | --- | --- | --- |\n";

/** Developers for whom the very same changes, in one group: a setting that all share makes one row, not hundreds. */
function grouped(developers: DeveloperChange[]): DeveloperChange[][] {
  const groups = Map.groupBy(developers, (developer) =>
    developer.change === "changed" ? JSON.stringify(anonymous(developer)) : developer.name,
  );
  return [...groups.values()].flatMap((group) => (group.length > 2 ? [group] : group.map((one) => [one])));
}

/** The changes with the developer's own name left out. */
function anonymous({ name, changes }: DeveloperChange): unknown {
  return JSON.parse(JSON.stringify(changes), (_key, value: unknown) =>
    typeof value === "string" ? withoutName(value, name) : value,
  );
}

/** `developer-bob` becomes `developer-…`. */
function withoutName(text: string, name: string): string {
  if (text === name) return "…";
  return text.endsWith(name) && /[-/]$/.test(text.slice(0, -name.length)) ? `${text.slice(0, -name.length)}…` : text;
}

function rowsOf(group: DeveloperChange[], kind: ReportKind): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.map(({ name }) => name);
  const who = group.length > 1 ? `${group.length} developers: ${listed(names, code)}` : code(first.name);
  const changes = group.length > 1 ? (anonymous(first) as ResourceChange[]) : first.changes;
  return changes.map((change) => {
    const { account, type, name } = change;
    return row([who, code(account), `${type} ${code(name)}`, changeText(change, kind)]);
  });
}

function changeText(change: ResourceChange, kind: ReportKind): string {
  const details = detailsOf(change, code).join("; ");
  const since = change.since === undefined ? "" : `, some time after ${change.since}`;
  const word = kind === "drift" && change.operation === "delete" ? "is gone" : operationWords[change.operation];
  return `${word}${since}${details === "" ? "" : `: ${details}`}`;
}

function accessLine(developer: DeveloperChange): string[] {
  const text = accessText(developer, code);
  return text === undefined ? [] : [`- ${text}`];
}

function sharedItem(change: ResourceChange, kind: ReportKind): string {
  const { account, type, name, operation, properties, statements, since } = change;
  const what = `- ${type} ${code(name)} in ${code(account)}: ${operationWords[operation]}`;
  const details = [
    ...properties.map((property) => propertyText(property, code)),
    ...statements.map((statement) => statementText(statement, code)),
  ];
  const later = kind === "drift" && since !== undefined ? `, some time after ${since}` : "";
  return [what + later, ...details.map((detail) => `  - ${detail}`)].join("\n");
}

function repairItem(change: ResourceChange): string {
  const { account, type, name } = change;
  return `- ${type} ${code(name)} in ${code(account)}: ${changeText(change, "preview")}`;
}

function stay(unchanged: number, kind: ReportKind): string {
  const [one, many] =
    kind === "drift" ? ["is as the state says", "are as the state says"] : ["stays as it is", "stay as they are"];
  return unchanged === 1 ? `1 resource ${one}.` : `${unchanged.toLocaleString("en")} resources ${many}.`;
}
