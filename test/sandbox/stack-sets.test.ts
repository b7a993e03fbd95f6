import { CreateResourceCommand, DeleteResourceCommand, UpdateResourceCommand } from "@aws-sdk/client-cloudcontrol";
import {
  ActivateOrganizationsAccessCommand,
  CreateStackSetCommand,
  DescribeOrganizationsAccessCommand,
  DescribeStackSetOperationCommand,
  ListStackInstancesCommand,
  ListStackSetOperationResultsCommand,
  ListStackSetOperationsCommand,
  UpdateStackInstancesCommand,
} from "@aws-sdk/client-cloudformation";
import { expect } from "chai";
import { setTimeout } from "node:timers/promises";

import { startSandbox, type Sandbox } from "./index.ts";
import { administratorOf, clients, ended, policy, refusal, type Clients } from "./testing.ts";

const [SANDBOX, PAYMENTS, UNIT] = ["333333333333", "444444444444", "ou-abcd-11111111"];
const STACK_SET = "AWS::CloudFormation::StackSet";

const template = (properties: object = {}, more: object = {}): string =>
  JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: "developer",
          AssumeRolePolicyDocument: {
            "Fn::Sub": JSON.stringify({
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Principal: { AWS: "arn:aws:iam::222222222222:root" },
                  Action: "sts:AssumeRole",
                  Condition: {
                    StringEquals: {
                      "aws:PrincipalTag/in/${AWS::AccountId}": "yes",
                      "sts:RoleSessionName": "${!aws:username}",
                    },
                  },
                },
              ],
            }),
          },
          ...properties,
        },
      },
      ...more,
    },
  });

const desired = (more: object = {}): Record<string, unknown> => ({
  StackSetName: "roles",
  PermissionModel: "SERVICE_MANAGED",
  TemplateBody: template(),
  Capabilities: ["CAPABILITY_NAMED_IAM"],
  AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
  ManagedExecution: { Active: true },
  OperationPreferences: { FailureTolerancePercentage: 100, MaxConcurrentPercentage: 100 },
  StackInstancesGroup: [{ DeploymentTargets: { OrganizationalUnitIds: [UNIT] }, Regions: ["us-east-1"] }],
  ...more,
});

describe("sandbox: StackSets", () => {
  let sandbox: Sandbox;
  let management: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ stackSetsAccess: true });
    management = clients(sandbox);
  });
  afterEach(() => sandbox.close());

  async function create(more: object = {}) {
    const { cloudControl } = management;
    const request = { TypeName: STACK_SET, DesiredState: JSON.stringify(desired(more)) };
    return ended(cloudControl, await cloudControl.send(new CreateResourceCommand(request)));
  }

  async function update(patch: object[]) {
    const { cloudControl } = management;
    const Identifier = sandbox.stackSets.find("roles")?.id ?? "";
    const request = { TypeName: STACK_SET, Identifier, PatchDocument: JSON.stringify(patch) };
    return ended(cloudControl, await cloudControl.send(new UpdateResourceCommand(request)));
  }

  const roleIn = (account: string) => sandbox.organization.account(account).roles.get("developer");

  async function states(): Promise<Record<string, string>> {
    const { Summaries = [] } = await management.cloudFormation.send(
      new ListStackInstancesCommand({ StackSetName: "roles" }),
    );
    return Object.fromEntries(
      Summaries.map(({ Account, Status, StackInstanceStatus }) => [
        Account ?? "",
        `${Status ?? ""} ${StackInstanceStatus?.DetailedStatus ?? ""}`,
      ]),
    );
  }

  it("need trusted access, which is off at first", async () => {
    const other = await startSandbox();
    const { cloudFormation } = clients(other);
    const access = () => cloudFormation.send(new DescribeOrganizationsAccessCommand({}));
    expect((await access()).Status).to.equal("DISABLED");
    const input = { StackSetName: "roles", PermissionModel: "SERVICE_MANAGED", TemplateBody: template() } as const;
    const { message } = await refusal(cloudFormation.send(new CreateStackSetCommand(input)));
    expect(message).to.equal("You must enable organizations access to operate a service managed stack set");

    await cloudFormation.send(new ActivateOrganizationsAccessCommand({}));
    expect((await access()).Status).to.equal("ENABLED");
    await other.close();
  });

  it("are for the management account", async () => {
    const { cloudFormation } = await administratorOf(sandbox, SANDBOX);
    const { message } = await refusal(cloudFormation.send(new DescribeOrganizationsAccessCommand({})));
    expect(message).to.include("must be the management account");
  });

  it("make the template's role in each account of the units, with the account's id in its trust", async () => {
    expect(await create()).to.include({ OperationStatus: "SUCCESS" });
    for (const account of [SANDBOX, PAYMENTS]) {
      const trust = roleIn(account)?.trustPolicy;
      expect(trust).to.include(`"aws:PrincipalTag/in/${account}":"yes"`).and.include('"${aws:username}"');
    }
    expect(sandbox.organization.account("111111111111").roles.get("developer")).to.equal(undefined);
    expect(sandbox.organization.account("222222222222").roles.get("developer")).to.equal(undefined);
    expect(await states()).to.deep.equal({ [SANDBOX]: "CURRENT SUCCEEDED", [PAYMENTS]: "CURRENT SUCCEEDED" });
  });

  it("update every account, and delete what they have made", async () => {
    await create();
    const body = template({ MaxSessionDuration: 7200 });
    expect(await update([{ op: "replace", path: "/TemplateBody", value: body }])).to.include({
      OperationStatus: "SUCCESS",
    });
    expect(roleIn(PAYMENTS)?.maxSessionDuration).to.equal(7200);

    const Identifier = sandbox.stackSets.find("roles")?.id ?? "";
    const { cloudControl } = management;
    await ended(cloudControl, await cloudControl.send(new DeleteResourceCommand({ TypeName: STACK_SET, Identifier })));
    expect(roleIn(SANDBOX)).to.equal(undefined);
    expect(sandbox.stackSets.byName.size).to.equal(0);
  });

  it("go on where one account of several fails, and tell AWS's reason", async () => {
    for (const number of [5, 6, 7]) sandbox.addAccount(String(number).repeat(12), `account-${number}`);
    const fault = { service: "cloudformation", action: "StackInstance", accountId: PAYMENTS, times: 1 };
    sandbox.injectFault({ ...fault, code: "AccessDenied", message: "no way" });
    expect(await create()).to.include({ OperationStatus: "SUCCESS" });
    expect(await states()).to.deep.include({ [PAYMENTS]: "OUTDATED FAILED", "777777777777": "CURRENT SUCCEEDED" });

    const { cloudFormation } = management;
    const { Summaries = [] } = await cloudFormation.send(new ListStackSetOperationsCommand({ StackSetName: "roles" }));
    const operation = { StackSetName: "roles", OperationId: Summaries[0]?.OperationId };
    const { StackSetOperation: told } = await cloudFormation.send(new DescribeStackSetOperationCommand(operation));
    expect(told).to.include({ Action: "CREATE", Status: "SUCCEEDED" });
    expect(told?.StatusDetails?.FailedStackInstancesCount).to.equal(1);
    const { Summaries: results = [] } = await cloudFormation.send(new ListStackSetOperationResultsCommand(operation));
    expect(results.find(({ Account }) => Account === PAYMENTS)).to.include({
      Status: "FAILED",
      StatusReason: "no way",
    });

    // The operation is retried for this account alone.
    await cloudFormation.send(
      new UpdateStackInstancesCommand({
        StackSetName: "roles",
        DeploymentTargets: { OrganizationalUnitIds: [UNIT], Accounts: [PAYMENTS], AccountFilterType: "INTERSECTION" },
        Regions: ["us-east-1"],
      }),
    );
    await sandbox.stackSets.busy.get("roles");
    expect(await states()).to.deep.include({ [PAYMENTS]: "CURRENT SUCCEEDED" });
  });

  it("fail as a whole where no failure is tolerated", async () => {
    const fault = { service: "cloudformation", action: "StackInstance", times: 1, code: "AccessDenied" };
    sandbox.injectFault(fault);
    const event = await create({ OperationPreferences: { FailureTolerancePercentage: 0, MaxConcurrentPercentage: 1 } });
    expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "NotStabilized" });
    expect(Object.values(await states()).sort()).to.deep.equal(["OUTDATED CANCELLED", "OUTDATED FAILED"]);
  });

  it("tell IAM's own reason for a role that is there already", async () => {
    const { iam } = await administratorOf(sandbox, PAYMENTS);
    const { CreateRoleCommand } = await import("@aws-sdk/client-iam");
    const trust = policy({ Effect: "Allow", Principal: { AWS: "222222222222" }, Action: "sts:AssumeRole" });
    await iam.send(new CreateRoleCommand({ RoleName: "developer", AssumeRolePolicyDocument: trust }));
    await create();
    expect(sandbox.stackSets.find("roles")?.instances.get(PAYMENTS)?.reason).to.match(
      /^ResourceLogicalId:Role, ResourceType:AWS::IAM::Role, ResourceStatusReason:Role with name developer already exists/,
    );
  });

  it("follow an account that is moved into a unit, and out of it", async () => {
    await create();
    sandbox.addAccount("555555555555", "new");
    await sandbox.stackSets.busy.get("roles");
    expect(roleIn("555555555555")).to.not.equal(undefined);
    sandbox.organization.moveAccount("555555555555", sandbox.organization.rootId);
    await sandbox.stackSets.busy.get("roles");
    expect(roleIn("555555555555")).to.equal(undefined);
    expect(await states()).to.not.have.property("555555555555");
  });

  it("skip a suspended account", async () => {
    sandbox.organization.account(PAYMENTS).state = "SUSPENDED";
    expect(await create()).to.include({ OperationStatus: "SUCCESS" });
    expect(await states()).to.deep.include({ [PAYMENTS]: "OUTDATED SKIPPED_SUSPENDED_ACCOUNT" });
  });

  it("take their time, and show how far they are", async () => {
    sandbox.setLatency(1500, "StackInstance");
    const { cloudControl, cloudFormation } = management;
    const accepted = await cloudControl.send(
      new CreateResourceCommand({ TypeName: STACK_SET, DesiredState: JSON.stringify(desired()) }),
    );
    await setTimeout(60);
    const { Summaries = [] } = await cloudFormation.send(new ListStackSetOperationsCommand({ StackSetName: "roles" }));
    expect(Summaries[0]).to.include({ Action: "CREATE", Status: "RUNNING" });
    expect(await states()).to.deep.equal({ [SANDBOX]: "OUTDATED RUNNING", [PAYMENTS]: "OUTDATED RUNNING" });
    expect(await ended(cloudControl, accepted)).to.include({ OperationStatus: "SUCCESS" });
  });

  it("refuse what the interpreter of templates does not know, and names that nobody has acknowledged", async () => {
    const bucket = { Bucket: { Type: "AWS::S3::Bucket", Properties: {} } };
    for (const body of [template({}, bucket), template({ RoleName: { Ref: "Name" } }), "Resources: {}"]) {
      const event = await create({ TemplateBody: body });
      expect(event.OperationStatus, body).to.equal("FAILED");
      expect(event.StatusMessage).to.include("The sandbox does not implement");
    }
    const event = await create({ Capabilities: [] });
    expect(event.StatusMessage).to.include("Requires capabilities : [CAPABILITY_NAMED_IAM]");
  });

  it("are kept with all else that AWS has", async () => {
    await create();
    const other = await startSandbox();
    other.restore(sandbox.save());
    expect(other.stackSets.trustedAccess).to.equal(true);
    expect([...(other.stackSets.find("roles")?.instances.keys() ?? [])]).to.deep.equal([SANDBOX, PAYMENTS]);
    await other.close();
  });
});
