import { accessTexts } from "./access-text.ts";
import { anonymous } from "./anonymous.ts";
import { isUndone } from "./drift-repair.ts";
import { ownPolicies, policiesBelow } from "./markdown-policies.ts";
import { code, fitted, row, type MarkdownSection } from "./markdown-text.ts";
import { policyTitle } from "./policy-lines.ts";
import type { Change } from "../results/change.ts";
import type { DeveloperChange, PreviewReport, ReportKind } from "../results/report.ts";
import { operationWords } from "../changes/verbs.ts";
import { warningTexts } from "./warning-texts.ts";
import { listed, propertyText, takeoverTexts } from "./phrases.ts";

/** The longest comment that GitHub accepts, in characters. */
export const commentLimit = 65_536;

const titles: Record<ReportKind, string> = {
  preview: "What `mfa-admin up` will do to",
  roster: "What changes in the roster of",
  drift: "What has drifted in",
  up: "What `mfa-admin up` did to",
};

/** The hidden line by which a workflow finds its own comment again to update it. */
export function commentMarker({ kind, stack }: { kind: ReportKind | "verify"; stack: string }): string {
  // A roster's report replaces that of a preview.
  return `<!-- mfa-admin ${kind === "roster" ? "preview" : kind} ${stack} -->`;
}

/** The report as a comment for a pull request, an issue or a job's summary; the same report always gives the same text. */
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

function sectionsOf(report: PreviewReport): MarkdownSection[] {
  const { developers, resources, repair = [], pending = [], kind } = report;
  const drifted = [...resources, ...developers.flatMap(({ changes }) => changes)];
  return [
    { head: "> [!CAUTION]\n", lines: warningTexts(report, code).map((told) => `> - ${told}`), noun: "warning" },
    { head: tableHead, lines: grouped(developers).flatMap((group) => rowsOf(group, kind)), noun: "row" },
    { head: "#### Policies of users and roles\n\n", lines: ownPolicies(developers), noun: "difference" },
    {
      head: "#### From now on\n\n",
      lines: kind === "drift" ? [] : accessTexts(report, code).map((text) => `- ${text}`),
      noun: "line",
    },
    {
      head: "#### What all developers share\n\n",
      lines: resources.map((resource) => itemOf(resource, kind)),
      noun: "change",
    },
    {
      head: `#### What ${report.refreshed === true ? "" : "`mfa-admin refresh` and "}\`mfa-admin up\` would do about it\n\n`,
      lines: repair.map((change) =>
        drifted.some((drift) => isUndone(drift, change)) ? `- ${titleOf(change)}: put back` : itemOf(change, "preview"),
      ),
      noun: "change",
    },
    {
      head: "#### Not applied yet of the settings\n\n",
      lines: pending.map((change) => itemOf(change, "preview")),
      noun: "change",
    },
  ];
}

const tableHead = "| Developer | Account | Resource | Change |\n| --- | --- | --- | --- |\n";

/** Groups developers with identical changes, so that a setting that all share makes one row and not hundreds. */
function grouped(developers: DeveloperChange[]): DeveloperChange[][] {
  const groups = Map.groupBy(developers, ({ name, change, changes }) =>
    change === "changed" ? JSON.stringify(anonymous(changes, name)) : name,
  );
  return [...groups.values()].flatMap((group) => (group.length > 2 ? [group] : group.map((one) => [one])));
}

function rowsOf(group: DeveloperChange[], kind: ReportKind): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.map(({ name }) => name);
  const who = group.length > 1 ? `${group.length} developers: ${listed(names, code)}` : code(first.name);
  const changes = group.length > 1 ? anonymous(first.changes, first.name) : first.changes;
  return changes.map((change) => {
    const { account, type, name } = change;
    return row([who, code(account), `${type} ${code(name)}`, changeText(change, kind)]);
  });
}

function changeText(change: Change, kind: ReportKind): string {
  const details = [
    ...change.properties.map((property) => propertyText(property, code)),
    ...takeoverTexts(change, code),
    ...change.policies.map((policy) => `${policyTitle(policy, code)}, see below`),
  ].join("; ");
  return `${operationText(change, kind)}${details === "" ? "" : `: ${details}`}`;
}

function operationText({ operation, since }: Change, kind: ReportKind): string {
  const word = kind === "drift" && operation === "delete" ? "is gone" : operationWords[operation].is;
  return since === undefined ? word : `${word}, some time after ${since}`;
}

function itemOf(change: Change, kind: ReportKind): string {
  return [
    `- ${titleOf(change)}: ${operationText(change, kind)}`,
    ...takeoverTexts(change, code).map((text) => `  - ${text}`),
    ...change.properties.map((property) => `  - ${propertyText(property, code)}`),
    ...policiesBelow(change),
  ].join("\n");
}

function titleOf({ account, type, name }: Change): string {
  return `${type} ${code(name)} in ${code(account)}`;
}

function stay(unchanged: number, kind: ReportKind): string {
  const [one, many] =
    kind === "drift" ? ["is as the state says", "are as the state says"] : ["stays as it is", "stay as they are"];
  return unchanged === 1 ? `1 resource ${one}.` : `${unchanged.toLocaleString("en")} resources ${many}.`;
}
