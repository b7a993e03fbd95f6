import {
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  UpdateResourceCommand,
} from "@aws-sdk/client-cloudcontrol";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";

import {
  type CiAccess,
  githubTrust,
  previewPolicy,
  readPolicy,
  readTrust,
  upPolicy,
} from "../../../cli/ci/role-policies.ts";
import type { CiPolicy } from "../../../cli/results/init.ts";
import type { PolicyDocument } from "../../../infra/policies.ts";
import { sharedRoleTemplate } from "../../../infra/shared-role.ts";
import { startSandbox } from "../../sandbox/index.ts";
import { clients, ended, given, refusal, trust } from "../../sandbox/testing.ts";
import { isAllowed } from "../../support/decision.ts";

const access: CiAccess = {
  managementAccount: "111111111111",
  accounts: ["222222222222", "333333333333"],
  accessRole: "OrganizationAccountAccessRole",
  sharedRole: false,
  project: "mfa-admin",
  bucket: { name: "our-state", prefix: "team/" },
  key: { id: "alias/mfa-admin", region: "eu-west-1" },
};

const role = "arn:aws:sts::111111111111:assumed-role/ci/session";
const inBucket = (path: string): string => `arn:aws:s3:::our-state/team/.pulumi/${path}`;
const state = inBucket("stacks/mfa-admin/main.json");
/** What the project has in the bucket beside its state. */
const beside = {
  history: inBucket("history/mfa-admin/main/main-1.history.json"),
  backup: inBucket("backups/mfa-admin/main/main.1.json"),
  lock: inBucket("locks/organization/mfa-admin/main/0b0e1cb8.json"),
  meta: inBucket("meta.yaml"),
};
/** What other projects have in the same bucket; the names of some begin as this project's does. */
const ofOthers = [
  "stacks/billing/main.json",
  "stacks/mfa-admin-2/main.json",
  "stacks/mfa-admin.json",
  "history/billing/main/main-1.checkpoint.json",
  "backups/billing/main/main.1.json",
  "locks/organization/billing/main/0b0e1cb8.json",
].map(inBucket);
const policyOfOrganization =
  "arn:aws:organizations::111111111111:policy/o-abcdefghij/service_control_policy/p-abcdefgh";
/** The resource of Cloud Control's actions, which have no resource types. */
const resource = "*";
/** A trust policy that leaves the decision to the caller's own account. */
const trustsManagement: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "sts:AssumeRole" }],
};
const user = "arn:aws:iam::222222222222:user/alice";

const sharedRole = {
  authAccount: "222222222222",
  rolePrefix: "developer",
  permissions: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  sessionDuration: 43_200,
};
const desiredStackSet = JSON.stringify({
  StackSetName: "mfa-admin-roles",
  PermissionModel: "SERVICE_MANAGED",
  TemplateBody: sharedRoleTemplate(sharedRole),
  Capabilities: ["CAPABILITY_NAMED_IAM"],
  AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
  StackInstancesGroup: [{ DeploymentTargets: { OrganizationalUnitIds: ["ou-abcd-11111111"] }, Regions: ["us-east-1"] }],
});
const shorterSessions = JSON.stringify([
  { op: "replace", path: "/TemplateBody", value: sharedRoleTemplate({ ...sharedRole, sessionDuration: 3600 }) },
]);

describe("the policies of a CI's roles", () => {
  const asked =
    (policy: CiPolicy, principal = role) =>
    (action: string, on: string): Promise<boolean> =>
      isAllowed({
        action,
        resource: on,
        identity: [policy as PolicyDocument],
        principal,
        principalType: "AssumedRole",
        ...(action === "sts:AssumeRole" && { trust: trustsManagement }),
      });

  describe("the preview's", () => {
    const may = asked(previewPolicy(access));

    it("ReadOrganization: sees the organization and its policies, and changes none", async () => {
      expect(await may("organizations:ListRoots", "*")).to.equal(true);
      expect(await may("organizations:DescribePolicy", policyOfOrganization)).to.equal(true);
      for (const action of ["UpdatePolicy", "DeletePolicy"]) {
        expect(await may(`organizations:${action}`, policyOfOrganization), action).to.equal(false);
      }
    });

    it("ReadTrail: sees who has changed the organization's policies", async () => {
      expect(await may("cloudtrail:LookupEvents", "*")).to.equal(true);
      expect(await may("cloudtrail:StopLogging", "*")).to.equal(false);
    });

    it("ReadResources: reads through Cloud Control, and makes nothing", async () => {
      expect(await may("cloudformation:GetResource", resource)).to.equal(true);
      for (const action of ["CreateResource", "UpdateResource", "DeleteResource"]) {
        expect(await may(`cloudformation:${action}`, resource), action).to.equal(false);
      }
    });

    it("SimulatePolicies: asks the policy simulator about documents that it hands over, not about what users have", async () => {
      expect(await may("iam:SimulateCustomPolicy", "*")).to.equal(true);
      expect(await may("iam:SimulatePrincipalPolicy", user)).to.equal(false);
    });

    it("AssumeReadingRoles: assumes the reading role in the stack's accounts, not the access role, and nowhere else", async () => {
      const assume = (account: string, name: string) => may("sts:AssumeRole", `arn:aws:iam::${account}:role/${name}`);
      expect(await assume("333333333333", "mfa-admin-ci-read")).to.equal(true);
      expect(await assume("333333333333", "OrganizationAccountAccessRole")).to.equal(false);
      expect(await assume("444444444444", "mfa-admin-ci-read")).to.equal(false);
    });

    it("ListState, UseState: reads the state, and writes none", async () => {
      expect(await may("s3:ListBucket", "arn:aws:s3:::our-state")).to.equal(true);
      expect(await may("s3:GetBucketVersioning", "arn:aws:s3:::our-state")).to.equal(true);
      for (const object of [state, `${state}.gz`, beside.history, beside.lock, beside.meta]) {
        expect(await may("s3:GetObject", object), object).to.equal(true);
        expect(await may("s3:PutObject", object), object).to.equal(false);
        expect(await may("s3:DeleteObject", object), object).to.equal(false);
      }
    });

    it("UseState: sees no state of another project in the same bucket", async () => {
      for (const object of [...ofOthers, "arn:aws:s3:::our-state/other"]) {
        expect(await may("s3:GetObject", object), object).to.equal(false);
      }
    });
  });

  describe("up's", () => {
    const may = asked(upPolicy(access));

    it("ReadOrganization: sees the organization", async () => {
      expect(await may("organizations:ListRoots", "*")).to.equal(true);
      expect(await may("organizations:DescribePolicy", policyOfOrganization)).to.equal(true);
    });

    it("ManageControlPolicies: changes service and resource control policies, and nothing else of the organization", async () => {
      const change = (action: string, type: string) =>
        isAllowed({
          action: `organizations:${action}`,
          resource: policyOfOrganization,
          identity: [upPolicy(access) as PolicyDocument],
          principal: role,
          principalType: "AssumedRole",
          context: { "organizations:PolicyType": type },
        });
      for (const action of ["AttachPolicy", "UpdatePolicy", "DetachPolicy", "DeletePolicy"]) {
        expect(await change(action, "SERVICE_CONTROL_POLICY"), action).to.equal(true);
        expect(await change(action, "RESOURCE_CONTROL_POLICY"), action).to.equal(true);
        expect(await change(action, "TAG_POLICY"), action).to.equal(false);
      }
      expect(await may("organizations:LeaveOrganization", "*")).to.equal(false);
      expect(await may("organizations:CreateAccount", "*")).to.equal(false);
    });

    it("TagControlPolicies: tags these, and no account", async () => {
      expect(await may("organizations:TagResource", policyOfOrganization)).to.equal(true);
      const account = "arn:aws:organizations::111111111111:account/o-abcdefghij/333333333333";
      expect(await may("organizations:TagResource", account)).to.equal(false);
    });

    it("ManageResources: works through Cloud Control, where every resource needs its own service's rights as well", async () => {
      for (const action of ["CreateResource", "UpdateResource", "DeleteResource", "GetResource"]) {
        expect(await may(`cloudformation:${action}`, resource), action).to.equal(true);
      }
      expect(await may("iam:CreateUser", "arn:aws:iam::111111111111:user/eve")).to.equal(false);
    });

    it("AssumeAccessRoles: assumes the access role in the stack's accounts, and nowhere else", async () => {
      const assume = (account: string) =>
        may("sts:AssumeRole", `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`);
      expect(await assume("222222222222")).to.equal(true);
      expect(await assume("444444444444")).to.equal(false);
    });

    it("UseState, WriteState, ReplaceState: reads and writes the state of this project, and keeps its history and backups", async () => {
      const rights = async (object: string): Promise<string[]> => {
        const all = ["GetObject", "PutObject", "DeleteObject"];
        const allowed = await Promise.all(all.map((action) => may(`s3:${action}`, object)));
        return all.filter((_, index) => allowed[index]);
      };
      expect(await rights(state)).to.eql(["GetObject", "PutObject", "DeleteObject"]);
      expect(await rights(beside.lock)).to.eql(["GetObject", "PutObject", "DeleteObject"]);
      expect(await rights(beside.history)).to.eql(["GetObject", "PutObject"]);
      expect(await rights(beside.backup)).to.eql(["PutObject"]);
      expect(await rights(beside.meta)).to.eql(["GetObject"]);
      for (const object of [...ofOthers, state.replace("team/", "")]) expect(await rights(object), object).to.eql([]);
    });
  });

  describe("with a shared role", () => {
    const shared = { ...access, sharedRole: true };
    const ours = "arn:aws:cloudformation:us-east-1:111111111111:stackset/mfa-admin-roles:0b0e1cb8";
    const others = "arn:aws:cloudformation:us-east-1:111111111111:stackset/baseline:0b0e1cb8";

    it("ReadStackSets: both see how far it is, and only then", async () => {
      for (const policyOf of [previewPolicy, upPolicy]) {
        for (const action of ["DescribeOrganizationsAccess", "ListStackInstances", "ListStackSetOperationResults"]) {
          expect(await asked(policyOf(shared))(`cloudformation:${action}`, "*"), action).to.equal(true);
          expect(await asked(policyOf(access))(`cloudformation:${action}`, "*"), action).to.equal(false);
        }
      }
    });

    it("ManageSharedRole: up changes this stack set and no other; a preview changes none", async () => {
      for (const action of ["UpdateStackSet", "DeleteStackSet", "CreateStackInstances", "UpdateStackInstances"]) {
        expect(await asked(upPolicy(shared))(`cloudformation:${action}`, ours), action).to.equal(true);
        expect(await asked(upPolicy(shared))(`cloudformation:${action}`, others), action).to.equal(false);
        expect(await asked(previewPolicy(shared))(`cloudformation:${action}`, ours), action).to.equal(false);
      }
      expect(await asked(upPolicy(shared))("cloudformation:CreateStackSet", "*")).to.equal(true);
      for (const action of ["CreateStack", "ActivateOrganizationsAccess", "DeactivateOrganizationsAccess"]) {
        expect(await asked(upPolicy(shared))(`cloudformation:${action}`, "*"), action).to.equal(false);
      }
    });

    it("are enough for Cloud Control to make, change and delete the stack set, and a preview's are not", async () => {
      const sandbox = await startSandbox({ stackSetsAccess: true });
      try {
        const asRole = async (name: string, policy: CiPolicy) => {
          const { iam, sts } = clients(sandbox);
          const AssumeRolePolicyDocument = trust("arn:aws:iam::111111111111:root");
          await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
          const PolicyDocument = JSON.stringify(policy);
          await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: name, PolicyDocument }));
          const RoleArn = `arn:aws:iam::111111111111:role/${name}`;
          const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "github" }));
          return clients(sandbox, given(Credentials)).cloudControl;
        };
        const [up, preview] = [await asRole("up", upPolicy(shared)), await asRole("preview", previewPolicy(shared))];
        const TypeName = "AWS::CloudFormation::StackSet";
        const created = await ended(
          up,
          await up.send(new CreateResourceCommand({ TypeName, DesiredState: desiredStackSet })),
        );
        expect(created).to.include({ OperationStatus: "SUCCESS" });
        const { Identifier = "" } = created;
        const change = { TypeName, Identifier, PatchDocument: shorterSessions };
        expect((await refusal(preview.send(new UpdateResourceCommand(change)))).name).to.match(/AccessDenied/);
        expect((await preview.send(new GetResourceCommand({ TypeName, Identifier }))).TypeName).to.equal(TypeName);
        expect(await ended(up, await up.send(new UpdateResourceCommand(change)))).to.include({
          OperationStatus: "SUCCESS",
        });
        expect(await ended(up, await up.send(new DeleteResourceCommand({ TypeName, Identifier })))).to.include({
          OperationStatus: "SUCCESS",
        });
      } finally {
        await sandbox.close();
      }
    });

    it("AssumeReadingRoles: reads in whatever account comes, by the reading role alone", async () => {
      const assume = (account: string, name: string) =>
        asked(previewPolicy(shared))("sts:AssumeRole", `arn:aws:iam::${account}:role/${name}`);
      expect(await assume("999999999999", "mfa-admin-ci-read")).to.equal(true);
      expect(await assume("333333333333", "OrganizationAccountAccessRole")).to.equal(false);
    });
  });

  it("OpenSecrets: opens what is sealed by that key alone, however it is named; seals nothing", () => {
    const statement = (id: string) =>
      [previewPolicy, upPolicy].map((policyOf) =>
        policyOf({ ...access, key: { id, region: "eu-west-1" } }).Statement.find(({ Sid }) => Sid === "OpenSecrets"),
      );
    const both = (expected: unknown): unknown[] => [expected, expected];
    const common = { Sid: "OpenSecrets", Effect: "Allow", Action: "kms:Decrypt" };
    const byAlias = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/mfa-admin" } };
    const ofAccount = (account: string) => `arn:aws:kms:eu-west-1:${account}:key`;
    expect(statement("alias/mfa-admin")).to.eql(
      both({ ...common, Resource: `${ofAccount("111111111111")}/*`, Condition: byAlias }),
    );
    expect(statement("arn:aws:kms:eu-west-1:999999999999:alias/mfa-admin")).to.eql(
      both({ ...common, Resource: `${ofAccount("999999999999")}/*`, Condition: byAlias }),
    );
    expect(statement("0b0e1cb8")).to.eql(both({ ...common, Resource: `${ofAccount("111111111111")}/0b0e1cb8` }));
    const arn = `${ofAccount("999999999999")}/0b0e1cb8`;
    expect(statement(arn)).to.eql(both({ ...common, Resource: arn }));
    expect(upPolicy({ ...access, key: undefined }).Statement.map(({ Sid }) => Sid)).to.not.include("OpenSecrets");
  });

  it("of the reading role: sees users, roles, policies and the event history, and makes no keys, passwords or changes", async () => {
    const may = asked(readPolicy(), "arn:aws:sts::222222222222:assumed-role/mfa-admin-ci-read/mfa-admin");
    expect(await may("iam:GetUser", user)).to.equal(true);
    expect(await may("iam:GetAccountPasswordPolicy", "*")).to.equal(true);
    expect(await may("iam:GetCredentialReport", "*")).to.equal(true);
    expect(await may("cloudtrail:LookupEvents", "*")).to.equal(true);
    expect(await may("cloudformation:GetResource", resource)).to.equal(true);
    for (const action of ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:PutUserPolicy", "iam:DeleteUser"]) {
      expect(await may(action, user), action).to.equal(false);
    }
  });

  it("the reading role trusts the preview's role alone", async () => {
    const trust = readTrust("111111111111") as PolicyDocument;
    const on = "arn:aws:iam::333333333333:role/mfa-admin-ci-read";
    const assume = (principal: string) =>
      isAllowed({ action: "sts:AssumeRole", resource: on, trust, principal, principalType: "AssumedRole" });
    expect(await assume("arn:aws:sts::111111111111:assumed-role/mfa-admin-ci-preview/github")).to.equal(true);
    expect(await assume("arn:aws:sts::111111111111:assumed-role/mfa-admin-ci-up/github")).to.equal(false);
  });

  it("a merge queue's branches are trusted, of the branch alone, where that is said", () => {
    const subjects = (queue?: string): unknown[] =>
      githubTrust("111111111111", "repo:example/access", ["pull_request"], queue).Statement.map(
        ({ Condition = {} }) => Condition["StringLike"],
      );
    expect(subjects()).to.eql([undefined]);
    const subject = "repo:example/access:ref:refs/heads/gh-readonly-queue/main/*";
    expect(subjects("main")).to.eql([undefined, { "token.actions.githubusercontent.com:sub": subject }]);
  });

  it("GitHub's identity is trusted for this repository, and these of its jobs, alone", () => {
    expect(
      githubTrust("111111111111", "repo:example/access", ["pull_request", "ref:refs/heads/main"]).Statement,
    ).to.eql([
      {
        Sid: "AllowGithubActions",
        Effect: "Allow",
        Principal: { Federated: "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": [
              "repo:example/access:pull_request",
              "repo:example/access:ref:refs/heads/main",
            ],
          },
        },
      },
    ]);
  });
});
