import * as z from "zod";

import { changeSchema } from "./change.ts";
import { warningSchema } from "./warning.ts";

const access = z
  .strictObject({
    account: z.string().describe('The account\'s name, or "every account".'),
    accountId: z
      .string()
      .describe('The account\'s id; "*" for every account of the units, those that come later included.'),
    role: z.string().describe("The role's name."),
    permissions: z.array(z.string()).describe("ARNs of the role's managed policies."),
    permissionsBoundary: z.string().optional().describe("ARN of the role's permissions boundary."),
    sessionDuration: z.int().describe("The longest session, in seconds."),
  })
  .describe("A role that the developer can assume, with MFA.");

const developer = z
  .strictObject({
    name: z.string(),
    change: z.enum(["added", "removed", "changed"]),
    changes: z.array(changeSchema).describe("What happens to the user and the roles."),
    access: z.array(access).describe("Every role that the developer can assume from now on; none when removed."),
  })
  .describe("A developer for whom something changes.");

export const previewReportSchema = z.strictObject({
  version: z.literal(1).describe("The version of this format."),
  kind: z
    .enum(["preview", "roster", "drift", "up"])
    .describe(
      "preview: what up would do. roster: the same from the settings alone. drift: what differs in AWS. up: what was done.",
    ),
  stack: z.string(),
  summary: z.string().describe("One line."),
  refreshed: z.boolean().optional().describe("For drift: whether the state has taken in by now what AWS has."),
  reason: z.string().optional().describe("Why this is only a part of a preview."),
  otherSettings: z
    .array(z.string())
    .optional()
    .describe("For a roster: other keys of the settings that differ. The users and roles do not show what they do."),
  changed: z.boolean().describe("Whether there is anything to do; with --exit-code the status is 2 then."),
  roster: z.strictObject({ before: z.int(), after: z.int() }).describe("Developers before and after."),
  accounts: z.int().describe("How many development accounts the settings have."),
  warnings: z.array(warningSchema).describe("What a reviewer should see first."),
  developers: z.array(developer),
  resources: z.array(changeSchema).describe("Changes of what developers share: policies, the group, account settings."),
  unchanged: z.int().describe("Resources that stay as they are."),
  repair: z.array(changeSchema).optional().describe("For drift: what refresh and up would do about it."),
  pending: z
    .array(changeSchema)
    .optional()
    .describe("For drift: what up would do besides, since settings are not applied yet."),
});

export type PreviewReport = z.infer<typeof previewReportSchema>;
export type ReportKind = PreviewReport["kind"];
export type DeveloperChange = PreviewReport["developers"][number];
export type Access = DeveloperChange["access"][number];
