import { anonymous } from "./anonymous.ts";
import type { PreviewReport } from "../results/report.ts";
import type { Warning } from "../results/warning.ts";
import { warningText } from "./wording.ts";
import type { Mark } from "./phrases.ts";

/** The texts of a report's warnings; a loss that many developers have in common is told once. */
export function warningTexts(
  { warnings, accounts }: Pick<PreviewReport, "warnings" | "accounts">,
  mark: Mark,
): string[] {
  const alike = Map.groupBy(warnings, (warning) => (isOwnLoss(warning) ? JSON.stringify(namelessLoss(warning)) : ""));
  alike.delete("");
  return warnings.flatMap((warning) => {
    const group = isOwnLoss(warning) ? (alike.get(JSON.stringify(namelessLoss(warning))) ?? []) : [];
    if (!isOwnLoss(warning) || group.length <= 2) return [warningText(warning, mark, accounts)];
    if (group[0] !== warning) return [];
    const developers = group.filter(isOwnLoss).map(({ developer }) => developer);
    return [warningText({ ...namelessLoss(warning), developers }, mark, accounts)];
  });
}

type OwnLoss = Extract<Warning, { kind: "deletion" | "replacement" }> & { developer: string };

function isOwnLoss(warning: Warning): warning is OwnLoss {
  return (warning.kind === "deletion" || warning.kind === "replacement") && warning.developer !== undefined;
}

function namelessLoss(warning: OwnLoss): OwnLoss {
  return anonymous(warning, warning.developer);
}
