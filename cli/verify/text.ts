import { canaryPrefix } from "../../infra/names.ts";
import { missedLines } from "../report/missed-text.ts";
import { counted } from "../report/summary.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";
import { plainTable } from "../terminal/table.ts";
import type { Finding, LiveLine, MatrixLine, Verification } from "../results/verify.ts";

/** The summary: whether the promise holds. */
export function summaryOf({ holds, complete, promises, findings, missed }: Verification): string {
  const { simulated, compared, searched, tried = 0 } = promises;
  const all = simulated + compared + searched + tried;
  const broken = findings.filter(({ accepted }) => accepted === undefined).length;
  if (!holds)
    return `${broken === 1 ? "1 thing does" : `${broken} things do`} not hold, of ${counted(all, "promise")}.`;
  if (!complete) return `Nothing was found, but ${counted(missed.length, "thing")} could not be looked at.`;
  return `All ${counted(all, "promise")} hold.`;
}

/** What was checked, in numbers, and what the simulator cannot judge. */
export function scopeOf({ promises: { simulated, compared, searched, tried } }: Verification): string {
  return [
    `By AWS's policy simulator: ${counted(simulated, "line")} of the matrix.`,
    `By comparison with what the stack makes: ${counted(compared, "document")}, trust policies and resource control policies among them, which the simulator does not judge.`,
    `Side doors: ${counted(searched, "look")}.`,
    ...(tried === undefined ? [] : [`Really tried without MFA: ${counted(tried, "call")}.`]),
  ].join(" ");
}

/** The report for a terminal: the summary, then the findings. */
export function verificationText(report: Verification, stream: NodeJS.WriteStream, { all = false } = {}): string {
  const { findings, missed, notFound, lines, live = [], removed = [] } = report;
  const [broken, accepted] = [findings.filter((one) => !one.accepted), findings.filter((one) => one.accepted)];
  const parts = [
    [summaryOf(report), scopeOf(report)],
    ...broken.map((one) => findingLines(one, styled("red", "!", stream))),
    ...missedLines(missed, stream),
    accepted.length === 0 ? [] : ["Accepted by the settings:", ...accepted.map(acceptedLine)],
    notFound.length === 0 ? [] : [`Accepted, and not found any more: ${notFound.map(oneLine).join(", ")}.`],
    removed.length === 0 ? [] : [removedText(removed)],
    live.length === 0 ? [] : ["Really tried without MFA, with AWS's own words:", ...live.flatMap(triedLines)],
    all ? [plainTable(matrixHead, matrixRows(lines), stream)] : [],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n");
}

function findingLines({ name, fact, meaning, remedy, command }: Finding, mark: string): string[] {
  return [
    `${mark} ${oneLine(fact)}`,
    ...[meaning, remedy].map((sentence) => `  ${oneLine(sentence)}`),
    ...(command === undefined ? [] : [`    ${oneLine(command)}`]),
    `  Its name is ${oneLine(name)}.`,
  ];
}

function acceptedLine({ name, fact, accepted }: Finding): string {
  const until = accepted?.until === undefined ? "" : `, until ${accepted.until}`;
  return `  ${oneLine(name)}: ${oneLine(accepted?.reason ?? "")}${until}. ${oneLine(fact)}`;
}

/** The text about leftovers of an interrupted run that this run has removed. */
export function removedText(removed: string[]): string {
  return `Taken away, what a verify --live that died had left: ${removed.map(oneLine).join(", ")}.`;
}

/** A canary's call, such as "iam:CreateAccessKey on itself". The canary's own name, which differs from run to run, is left out. */
export function triedText({ action, resource }: Pick<LiveLine, "action" | "resource">): string {
  if (resource === "*") return action;
  return `${action} on ${resource.includes(canaryPrefix) ? "itself" : shortResource(resource)}`;
}

function triedLines(line: LiveLine): string[] {
  const { holds, account, who, credentials, got, words } = line;
  return [
    `  ${holds ? "ok" : "! "} ${account}: ${who}, by ${credentials}, ${oneLine(triedText(line))} is ${got}.`,
    `     ${oneLine(words)}`,
  ];
}

/** The headings of {@link matrixRows}. */
export const matrixHead = ["", "Account", "Who", "Signed by", "On", "Actions", "Expected", "Got"];

/** Lines of one caller on one resource with the same result, and their actions. */
export interface AlikeLines extends Omit<MatrixLine, "action"> {
  actions: string[];
}

/** The matrix with one row for all actions of a caller on a resource that have the same result. */
export function alikeLines(lines: MatrixLine[]): AlikeLines[] {
  const alike = Map.groupBy(lines, (line) =>
    JSON.stringify([line.holds, line.account, line.who, line.credentials, line.resource, line.expected, gotText(line)]),
  );
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { account, who, credentials, resource, expected, got, decidedBy, holds } = first;
    return [
      {
        ...{ account, who, credentials, resource, actions: own.map(({ action }) => action), expected },
        ...(got !== undefined && { got }),
        ...(decidedBy !== undefined && { decidedBy }),
        holds,
      },
    ];
  });
}

/** The rows of the matrix as text. */
export function matrixRows(lines: MatrixLine[]): string[][] {
  return alikeLines(lines).map((line) => {
    const { holds, account, who, credentials, resource, expected, actions } = line;
    const mark = holds ? "ok" : "!";
    return [mark, account, who, credentials, shortResource(resource), actions.join(" "), expected, gotText(line)];
  });
}

/** A resource's ARN without the prefix that all of IAM's have. */
const shortResource = (resource: string): string => resource.replace(/^arn:aws:iam::/, "");

export function gotText({ got, decidedBy }: Pick<MatrixLine, "got" | "decidedBy">): string {
  if (got === undefined) return "not asked";
  return decidedBy === undefined ? got : `${got} (${decidedBy})`;
}
