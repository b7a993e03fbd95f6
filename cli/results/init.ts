import * as z from "zod";

const oneOrMore = z.union([z.string(), z.array(z.string())]);

const policy = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal("Allow"),
      Principal: z.union([z.strictObject({ Federated: z.string() }), z.strictObject({ AWS: z.string() })]).optional(),
      Action: oneOrMore,
      Resource: oneOrMore.optional(),
      Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).optional(),
    }),
  ),
});

const role = z.strictObject({
  name: z.string(),
  accounts: z.array(z.string()).describe("Ids of the accounts that need it."),
  purpose: z.string(),
  trust: policy,
  policy,
});

const githubSchema = z
  .strictObject({
    repository: z.string(),
    branch: z.string(),
    workflows: z.array(z.string()).describe("Paths of the workflows."),
    roleDirectory: z.string().describe("The directory of the roles' policies, with the commands that make them."),
    written: z
      .array(z.string())
      .describe("Paths of what was written; what was there already, to the letter, is not among them."),
    secrets: z.array(z.string()).describe("Secrets that the repository needs."),
    roles: z.array(role),
    warnings: z.array(z.string()).describe("What the administrator should know."),
  })
  .describe("What init --ci github has written, and what an administrator still has to make.");

const stackSchema = z.strictObject({
  directory: z.string(),
  name: z.string().describe("The project's name, from Pulumi.yaml."),
  stack: z.string(),
  settingsFile: z.string().describe("An absolute path."),
  backendUrl: z.string().describe("Where the state is."),
  organization: z.string().optional().describe("The organization that has the stack where a server keeps the state."),
  settings: z.strictObject({
    organizationalUnits: z.array(z.string()),
    authAccount: z.string(),
    developmentAccounts: z.record(z.string(), z.string()),
    accessRole: z.string(),
    region: z.string().optional(),
    accessKeys: z.enum(["article", "with-mfa"]).optional(),
    guardRails: z.array(z.string()).optional(),
  }),
  warnings: z.array(z.string()),
  ci: githubSchema.optional().describe("With --ci github."),
});

export const initSchema = z
  .union([stackSchema, githubSchema])
  .describe("A stack that was set up; or, with --ci, the workflows of one that was set up before.");

export type CiPolicy = z.infer<typeof policy>;
export type CiRole = z.infer<typeof role>;
export type GithubSetUp = z.infer<typeof githubSchema>;
export type InitResult = z.infer<typeof initSchema>;
