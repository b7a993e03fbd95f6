import { endOf, exemptionsOf } from "../../infra/exemptions.ts";
import type { Settings } from "../../infra/settings.ts";
import { oneLine } from "../terminal/one-line.ts";
import type { Warning } from "../results/warning.ts";
import { warningText } from "./wording.ts";

/** Days before its end from which an exemption is reported as ending soon. */
const noticeDays = 14;

/** Warnings about the users whom the settings exempt from the service control policy, in `preview`, `list` and `refresh`. */
export function exemptUsers(settings: Pick<Settings, "developmentAccounts" | "exempt">, now = Date.now()): Warning[] {
  return exemptionsOf(settings).map(({ name, arn, until, reason }) => {
    const left = Date.parse(endOf(until)) - now;
    const ends = left <= 0 ? "ended" : left <= noticeDays * 86_400_000 ? "soon" : "later";
    return { kind: "exempt", name, arn, until, reason, ends };
  });
}

/** The same warnings as lines of text. */
export function exemptLines(settings: Pick<Settings, "developmentAccounts" | "exempt">): string[] {
  return exemptUsers(settings).map((warning) => warningText(warning, oneLine));
}
