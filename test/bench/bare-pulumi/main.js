/**
 * The least program that makes such a stack by the Automation API: no CLI, no checks, no hooks, no components, no progress.
 * It imports single modules of the provider's SDK, as mfa-admin does. It uses the Automation API unchanged: with all modules
 * that it loads, and with the outputs and the history that it reads after a run.
 *
 *   node main.js init | preview | up     in the directory of resources.json, Pulumi.yaml and the state
 */
import { readFileSync } from "node:fs";

import { Group, ManagedPolicy, Role, User } from "@pulumi/aws-native/iam/index.js";
import { Policy } from "@pulumi/aws-native/organizations/index.js";
import { Provider } from "@pulumi/aws-native/provider.js";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";

/** @type {import("./bare-resources.ts").BareResources} */
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- written by stacks.ts
const bare = JSON.parse(readFileSync("resources.json", "utf8"));
const region = "us-east-1";

// Pulumi's type of a program returns a promise.
// eslint-disable-next-line @typescript-eslint/require-await
async function program() {
  const version = bare.pluginVersion === undefined ? {} : { version: bare.pluginVersion };
  /** @type {(name: string, accountId: string) => Provider} */
  const inAccount = (name, accountId) => {
    const roleArn = `arn:aws:iam::${accountId}:role/${bare.accessRole}`;
    const assumeRole = { roleArn, sessionName: "mfa-admin" };
    return new Provider(name, { region, allowedAccountIds: [accountId], assumeRole }, version);
  };
  const management = new Provider(
    "management",
    { region, allowedAccountIds: [bare.managementAccount], skipCredentialsValidation: false },
    version,
  );
  const auth = inAccount("auth", bare.authAccount);
  const development = new Map(
    Object.entries(bare.developmentAccounts).map(([name, accountId]) => [name, inAccount(name, accountId)]),
  );

  const managedPolicy = new ManagedPolicy(
    "developer",
    {
      managedPolicyName: "mfa-admin-developer",
      description: "A developer's own password, MFA device and access keys; with MFA, the developer's role.",
      policyDocument: bare.developerPolicy,
    },
    { provider: auth },
  );
  const group = new Group(
    "developers",
    { groupName: "mfa-admin-developers", managedPolicyArns: [managedPolicy.id] },
    { provider: auth },
  );
  const perDeveloper = bare.developers.flatMap(({ userName, tags, roles }) => {
    const user = new User(userName, { userName, path: "/", groups: [group.id], tags }, { provider: auth });
    const theirRoles = roles.map(({ name, account, properties }) => {
      const provider = development.get(account);
      if (provider === undefined) throw new Error(`"${account}" is no development account.`);
      return new Role(name, properties, { provider, dependsOn: [user] });
    });
    return [user, ...theirRoles];
  });
  const policy = new Policy(
    "require-mfa",
    {
      name: "mfa-admin-require-mfa",
      description: "Denies everything but assumed roles unless the request carries MFA.",
      type: "SERVICE_CONTROL_POLICY",
      content: bare.serviceControlPolicy,
      targetIds: bare.organizationalUnits,
    },
    { provider: management, dependsOn: [managedPolicy, group, ...perDeveloper], protect: true },
  );
  return { serviceControlPolicy: policy.id };
}

const workspace = /** @type {const} */ ([
  { stackName: "bench", projectName: "mfa-admin", program },
  { workDir: process.cwd() },
]);
if (process.argv[2] === "init") {
  await LocalWorkspace.createStack(...workspace);
} else {
  const stack = await LocalWorkspace.selectStack(...workspace);
  const { parallel } = bare;
  const changes =
    process.argv[2] === "preview"
      ? (await stack.preview({ parallel })).changeSummary
      : (await stack.up({ parallel })).summary.resourceChanges;
  console.log(JSON.stringify(changes));
}
