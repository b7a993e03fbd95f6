import type { Settings } from "../../infra/settings.ts";
import type { Stack } from "../engine/automation.ts";
import { otherFormKeptBy } from "../engine/other-form.ts";

/** Whether developers use a shared role, be it still beside roles of their own during a switch. */
export function usesSharedRole(stack: Stack, { roles }: Pick<Settings, "roles">): boolean {
  return roles === "shared" || otherFormKeptBy(stack)?.stackSet !== undefined;
}
