import * as z from "zod";

const operation = z
  .enum(["create", "update", "replace", "delete", "adopt"])
  .describe("adopt: AWS has it already, and --adopt takes it into the stack.");

const propertyChange = z
  .strictObject({
    property: z.string().describe("The property's name in AWS's words, in lower camel case."),
    removed: z.array(z.string()).describe("Values that go: the former value, or the items that a list loses."),
    added: z.array(z.string()).describe("Values that come: the new value, or the items that a list gains."),
  })
  .describe("One property that differs; with no values where they are the same in another order or form.");

const statementChange = z
  .strictObject({
    sid: z.string().describe("The statement's Sid, or its place where it has none, such as #2."),
    change: z.enum(["added", "removed", "changed"]),
    effect: z.string().optional().describe("Allow or Deny, as it is from now on, or was."),
    elements: z
      .array(
        z.strictObject({
          element: z.string().describe("Effect, Principal, Action, NotAction, Resource, or Condition with its key."),
          removed: z.array(z.string()),
          added: z.array(z.string()),
        }),
      )
      .describe("What differs; all of it, for a statement that comes or goes."),
  })
  .describe("One statement of a policy document that differs.");

const policyChange = z
  .strictObject({
    kind: z.enum(["policy", "trust policy", "inline policy"]).describe("policy: what the resource itself is."),
    name: z.string().optional().describe("An inline policy's name."),
    change: z.enum(["added", "removed", "changed"]),
    statements: z.array(statementChange),
  })
  .describe("One policy document that differs, by its statements.");

export const changeSchema = z
  .strictObject({
    operation,
    account: z.string().describe("The account's name in the settings, or management or auth."),
    type: z.string().describe("user, role, group, managed policy, service control policy, ..."),
    name: z.string().describe("Its name in AWS."),
    developer: z.string().optional().describe("Whose it is; nothing for what all developers share."),
    properties: z.array(propertyChange).describe("What differs, in an update or a replacement."),
    policies: z.array(policyChange).describe("What differs in its policy documents."),
    takeover: z
      .strictObject({
        keeps: z.array(z.string()).describe("Access keys with their dates, a password, devices, sessions, members."),
        loses: z.array(z.string()).describe("Policies, groups, a boundary, a path, tags, others who are trusted."),
      })
      .optional()
      .describe("For adopt: what the user, role, group or policy keeps of what it has, and what it loses."),
    since: z.string().optional().describe("For drift: when the stack last wrote the resource; it has drifted later."),
  })
  .describe("One resource that changes.")
  .meta({ id: "change" });

/** A resource that a run changes, or would change. */
export type Change = z.infer<typeof changeSchema>;
export type PropertyChange = Change["properties"][number];
export type PolicyChange = Change["policies"][number];
export type StatementChange = PolicyChange["statements"][number];
