import { commentLimit, commentMarker } from "../report/markdown.ts";
import { block, code, row } from "../report/markdown-text.ts";
import type { Finding, LiveLine, Verification } from "../results/verify.ts";
import { matrixHead, matrixRows, removedText, scopeOf, summaryOf, triedText } from "./text.ts";

/** The report as markdown, cut to the length of an issue. */
export function verificationMarkdown(report: Verification): string {
  const { stack, findings, missed, notFound, lines, compared, live = [], removed = [] } = report;
  const [counted, accepted] = [findings.filter((one) => !one.accepted), findings.filter((one) => one.accepted)];
  const parts = [
    `${commentMarker({ kind: "verify", stack })}\n### Whether the promise holds in ${code(stack)}\n\n**${summaryOf(report)}** ${scopeOf(report)}`,
    ...counted.map(findingMarkdown),
    missed.length === 0
      ? ""
      : `**Not looked at**\n\n${missed.map(({ what, reason, remedy }) => `- ${code(what)}: ${code(reason)}. ${remedy}`).join("\n")}`,
    accepted.length === 0
      ? ""
      : `**Accepted by the settings**\n\n${accepted.map(({ name, accepted: by }) => `- ${code(name)}: ${code(by?.reason ?? "")}${by?.until === undefined ? "" : `, until ${by.until}`}`).join("\n")}`,
    notFound.length === 0 ? "" : `Accepted, and not found any more: ${notFound.map(code).join(", ")}.`,
    removed.length === 0 ? "" : removedText(removed),
    live.length === 0 ? "" : triedTable(live),
    folded("The matrix", [
      row(matrixHead),
      row(matrixHead.map(() => "---")),
      ...matrixRows(lines).map((cells) =>
        row(cells.map((cell, index) => (index > 1 && index < 6 ? code(cell) : cell))),
      ),
    ]),
    folded("The documents", [
      row(["", "account", "document"]),
      row(["---", "---", "---"]),
      ...compared.map(({ holds, account, what }) => row([holds ? "ok" : "**!**", account, code(what)])),
    ]),
  ];
  return within(parts.filter((part) => part !== ""));
}

function triedTable(live: LiveLine[]): string {
  const head = ["", "account", "who", "signed by", "call", "AWS's own words"];
  return [
    "**Really tried without MFA**\n",
    row(head),
    row(head.map(() => "---")),
    ...live.map((line) => {
      const { holds, account, who, credentials, words } = line;
      return row([holds ? "ok" : "**!**", account, who, credentials, code(triedText(line)), code(words)]);
    }),
  ].join("\n");
}

function findingMarkdown({ name, fact, meaning, remedy, command }: Finding): string {
  const run = command === undefined ? "" : `\n\n${block("text", [command], "  ")}`;
  return `- ${code(fact)}\n  ${meaning} ${remedy} Its name is ${code(name)}.${run}`;
}

function folded(title: string, lines: string[]): string {
  return `<details><summary>${title}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}

/** Joins the parts that fit, each as a whole. */
function within(parts: string[]): string {
  const rest = "*The rest does not fit here; `--format json` has everything.*";
  let text = "";
  let isWhole = true;
  for (const part of parts) {
    if (text.length + part.length + rest.length + 4 > commentLimit) isWhole = false;
    else text += `${part}\n\n`;
  }
  return `${(isWhole ? text : text + rest).trimEnd()}\n`;
}
