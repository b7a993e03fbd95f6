import { accessEnds } from "../../infra/access-ends.ts";
import type { Settings } from "../../infra/settings.ts";
import { oneLine } from "../terminal/one-line.ts";
import type { Warning } from "../results/warning.ts";
import { warningText } from "./wording.ts";

/** Days before its end from which access is reported as ending soon. */
const noticeDays = 14;

/** Warnings about access that ends within 14 days, or has ended, by the settings as written. */
export function endingAccess(written: Pick<Settings, "developers">, now = Date.now()): Warning[] {
  return accessEnds(written).flatMap((one): Warning[] => {
    const left = Date.parse(one.end) - now;
    if (left > noticeDays * 86_400_000) return [];
    return [{ kind: "access-ends", ...one, ends: left <= 0 ? "ended" : "soon" }];
  });
}

/** The same warnings as lines of text. */
export function endingAccessLines(written: Pick<Settings, "developers">): string[] {
  return endingAccess(written).map((warning) => warningText(warning, oneLine));
}
