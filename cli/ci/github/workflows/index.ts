import { drift } from "./drift.ts";
import { idOf, type WorkflowOptions } from "./parts.ts";
import { preview } from "./preview.ts";
import { up } from "./up.ts";

/** The workflows, by path. No value of an event stands in a script: it comes by the environment. */
export function workflows(options: WorkflowOptions): Record<string, string> {
  const id = idOf(options);
  return {
    [`.github/workflows/mfa-admin-preview-${id}.yml`]: preview(options),
    [`.github/workflows/mfa-admin-up-${id}.yml`]: up(options),
    [`.github/workflows/mfa-admin-drift-${id}.yml`]: drift(options),
  };
}
