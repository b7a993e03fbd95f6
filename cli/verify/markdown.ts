import { block, code, row } from "../report/markdown-text.ts";
import type { Finding, Verification } from "../results/verify.ts";
import { gotText, scopeOf, shortResource, summaryOf } from "./text.ts";

/** What GitHub takes for a comment or an issue (GitHub REST API, "Create an issue comment"). */
const limit = 65_536;

/** The whole report as markdown, as far as it fits into an issue. */
export function verificationMarkdown(report: Verification): string {
  const { stack, findings, missed, notFound, lines, compared } = report;
  const [counted, accepted] = [findings.filter((one) => !one.accepted), findings.filter((one) => one.accepted)];
  const parts = [
    `<!-- mfa-admin verify ${stack} -->\n### Whether the promise holds in ${code(stack)}\n\n**${summaryOf(report)}** ${scopeOf(report)}`,
    ...counted.map(findingMarkdown),
    missed.length === 0
      ? ""
      : `**Not looked at**\n\n${missed.map(({ what, reason, remedy }) => `- ${code(what)}: ${code(reason)}. ${remedy}`).join("\n")}`,
    accepted.length === 0
      ? ""
      : `**Accepted by the settings**\n\n${accepted.map(({ name, accepted: by }) => `- ${code(name)}: ${code(by?.reason ?? "")}${by?.until === undefined ? "" : `, until ${by.until}`}`).join("\n")}`,
    notFound.length === 0 ? "" : `Accepted, and not found any more: ${notFound.map(code).join(", ")}.`,
    folded("The matrix", [
      row(["", "account", "who", "credentials", "action", "on", "expected", "got"]),
      row(Array.from({ length: 8 }, () => "---")),
      ...lines.map((line) =>
        row([
          ...[line.holds ? "ok" : "**!**", line.account, code(line.who), line.credentials, code(line.action)],
          ...[code(shortResource(line.resource)), line.expected, gotText(line)],
        ]),
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

function findingMarkdown({ name, fact, meaning, remedy, command }: Finding): string {
  const run = command === undefined ? "" : `\n\n${block("text", [command], "  ")}`;
  return `- ${code(fact)}\n  ${meaning} ${remedy} Its name is ${code(name)}.${run}`;
}

function folded(title: string, lines: string[]): string {
  return `<details><summary>${title}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}

/** Parts in whole, as many as there is room for. */
function within(parts: string[]): string {
  const rest = "*The rest does not fit here; `--format json` has everything.*";
  let text = "";
  for (const part of parts) {
    if (text.length + part.length + rest.length + 4 > limit) return `${text}${rest}\n`;
    text += `${part}\n\n`;
  }
  return `${text.trimEnd()}\n`;
}
