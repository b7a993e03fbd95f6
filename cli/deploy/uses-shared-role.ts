import type { Settings } from "../../infra/settings.ts";
import type { Stack } from "../engine/automation.ts";
import { otherFormKeptBy } from "../engine/other-form.ts";

/** Whether developers enter by a shared role, or still do beside roles of their own. */
export function usesSharedRole(stack: Stack, { roles }: Pick<Settings, "roles">): boolean {
  return roles === "shared" || otherFormKeptBy(stack)?.stackSet !== undefined;
}
