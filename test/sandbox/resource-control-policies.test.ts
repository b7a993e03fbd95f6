import { CreateResourceCommand, GetResourceCommand } from "@aws-sdk/client-cloudcontrol";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  DetachPolicyCommand,
  DisablePolicyTypeCommand,
  EnablePolicyTypeCommand,
  LeaveOrganizationCommand,
  ListPoliciesCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  ListTargetsForPolicyCommand,
  UpdatePolicyCommand,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { administratorOf, clients, ended, policy, refusal, trust } from "./testing.ts";

const Type = "RESOURCE_CONTROL_POLICY";
const FULL_ACCESS = "p-RCPFullAWSAccess";
const OUTSIDE = "999999999999";
const MANAGEMENT = "111111111111";
const DEVELOPMENT = "333333333333";
const RootId = "r-abcd";

const statement = {
  Effect: "Deny",
  Principal: "*",
  Action: "sts:AssumeRole",
  Resource: "*",
  Condition: {
    StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-exampleorg" },
    BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
  },
};

describe("sandbox: resource control policies", () => {
  let sandbox: Sandbox;
  let organizations: OrganizationsClient;
  let unit: string;

  beforeEach(async () => {
    sandbox = await startSandbox({ resourceControlPolicies: true });
    ({ organizations } = clients(sandbox));
    unit = sandbox.organizationalUnit;
  });
  afterEach(() => sandbox.close());

  async function create(name = "outsiders", Content = policy(statement)): Promise<string> {
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({ Name: name, Description: "", Type, Content }),
    );
    return Policy?.PolicySummary?.Id ?? "";
  }
  const attach = (PolicyId: string, TargetId = unit) =>
    organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
  const on = async (TargetId: string, Filter: typeof Type | "SERVICE_CONTROL_POLICY" = Type) =>
    (await organizations.send(new ListPoliciesForTargetCommand({ TargetId, Filter }))).Policies?.map(({ Id }) => Id);
  const typesOn = async () =>
    (await organizations.send(new ListRootsCommand({}))).Roots?.[0]?.PolicyTypes?.map((one) => one.Type);

  it("are off until they are switched on, which attaches RCPFullAWSAccess everywhere", async () => {
    await sandbox.close();
    sandbox = await startSandbox();
    ({ organizations } = clients(sandbox));
    const id = await create();
    expect((await refusal(attach(id))).name).to.equal("PolicyTypeNotEnabledException");
    expect(await on(unit)).to.deep.equal([]);

    const enable = () => organizations.send(new EnablePolicyTypeCommand({ RootId, PolicyType: Type }));
    expect((await enable()).Root?.PolicyTypes).to.deep.include({ Type, Status: "ENABLED" });
    expect((await refusal(enable())).name).to.equal("PolicyTypeAlreadyEnabledException");
    expect(await typesOn()).to.have.members(["SERVICE_CONTROL_POLICY", Type]);
    for (const target of [RootId, unit, DEVELOPMENT]) expect(await on(target)).to.deep.equal([FULL_ACCESS]);
    sandbox.addAccount("555555555555", "late");
    expect(await on("555555555555")).to.deep.equal([FULL_ACCESS]);
    await attach(id);
  });

  it("are attached to nothing once they are switched off", async () => {
    const id = await create();
    await attach(id);
    const disable = () => organizations.send(new DisablePolicyTypeCommand({ RootId, PolicyType: Type }));
    await disable();
    expect((await refusal(disable())).name).to.equal("PolicyTypeNotEnabledException");
    expect(await typesOn()).to.deep.equal(["SERVICE_CONTROL_POLICY"]);
    await organizations.send(new EnablePolicyTypeCommand({ RootId, PolicyType: Type }));
    expect(await on(unit)).to.deep.equal([FULL_ACCESS]);
    expect(await on(unit, "SERVICE_CONTROL_POLICY")).to.deep.equal(["p-FullAWSAccess"]);
  });

  it("are listed, described and changed apart from service control policies", async () => {
    const id = await create();
    await attach(id);
    const listed = await organizations.send(new ListPoliciesCommand({ Filter: Type }));
    expect(listed.Policies?.map(({ Id }) => Id)).to.deep.equal([FULL_ACCESS, id]);
    const others = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    expect(others.Policies?.map(({ Id }) => Id)).to.deep.equal(["p-FullAWSAccess"]);
    await organizations.send(new UpdatePolicyCommand({ PolicyId: id, Content: policy(statement, statement) }));
    const { Policy } = await organizations.send(new DescribePolicyCommand({ PolicyId: id }));
    expect(Policy?.PolicySummary).to.include({
      Type,
      Arn: `arn:aws:organizations::${MANAGEMENT}:policy/o-exampleorg/resource_control_policy/${id}`,
    });
    const { Targets } = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId: id }));
    expect(Targets?.map(({ TargetId }) => TargetId)).to.deep.equal([unit]);
    const detach = (PolicyId: string) => organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: unit }));
    await detach(id);
    expect((await refusal(detach(FULL_ACCESS))).name).to.equal("ConstraintViolationException");
  });

  it("are five per target, RCPFullAWSAccess included, of 5,120 characters", async () => {
    for (let number = 2; number <= 5; number++) await attach(await create(`policy-${number}`));
    const sixth = await create("policy-6", policy(statement).padEnd(5_120));
    expect((await refusal(attach(sixth))).message).to.equal(
      "You have attached the maximum number of policies to the specified target.",
    );
    expect((await refusal(create("longer", policy(statement).padEnd(5_121)))).name).to.equal(
      "ConstraintViolationException",
    );
  });

  it("only deny, name everybody as principal, and name their actions", async () => {
    for (const wrong of [
      { Effect: "Allow" },
      { Principal: { AWS: "*" } },
      { Principal: undefined },
      { Principal: undefined, NotPrincipal: "*" },
      { Action: undefined, NotAction: "sts:AssumeRole" },
      { Action: "*" },
      { Resource: undefined },
    ]) {
      const error = await refusal(create("wrong", policy({ ...statement, ...wrong })));
      expect(error.name, JSON.stringify(wrong)).to.equal("MalformedPolicyDocumentException");
    }
  });

  it("are made through Cloud Control, by their Type", async () => {
    const { cloudControl } = clients(sandbox);
    const made = await ended(
      cloudControl,
      await cloudControl.send(
        new CreateResourceCommand({
          TypeName: "AWS::Organizations::Policy",
          DesiredState: JSON.stringify({
            Name: "outsiders",
            Type,
            Content: JSON.parse(policy(statement)) as unknown,
            TargetIds: [unit],
          }),
        }),
      ),
    );
    expect(made.OperationStatus).to.equal("SUCCESS");
    const { ResourceDescription } = await cloudControl.send(
      new GetResourceCommand({ TypeName: "AWS::Organizations::Policy", Identifier: made.Identifier }),
    );
    expect(JSON.parse(ResourceDescription?.Properties ?? "{}")).to.deep.include({ Type, TargetIds: [unit] });
    expect(await on(unit)).to.include(made.Identifier);
  });

  describe("and who is outside of the organization", () => {
    let outsider: Credentials;
    const RoleArn = `arn:aws:iam::${DEVELOPMENT}:role/open`;
    const assume = (as: Credentials, role = RoleArn) =>
      clients(sandbox, as).sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "test" }));

    beforeEach(async () => {
      outsider = sandbox.addOutsider(OUTSIDE, "outside");
      for (const account of [DEVELOPMENT, sandbox.authAccount]) {
        const { iam } = await administratorOf(sandbox, account);
        const AssumeRolePolicyDocument = trust([
          `arn:aws:iam::${OUTSIDE}:user/administrator`,
          `arn:aws:iam::${MANAGEMENT}:root`,
        ]);
        await iam.send(new CreateRoleCommand({ RoleName: "open", AssumeRolePolicyDocument }));
      }
    });

    it("takes a role that trusts it, and is refused one below the policy", async () => {
      await assume(outsider);
      await attach(await create());
      expect((await refusal(assume(outsider))).message).to.equal(
        `User: arn:aws:iam::${OUTSIDE}:user/administrator is not authorized to perform: sts:AssumeRole on resource: ${RoleArn} with an explicit deny in a resource control policy`,
      );
      await assume(outsider, `arn:aws:iam::${sandbox.authAccount}:role/open`);
      await assume(sandbox.administrator);
    });

    it("is let through where the policy excepts its account", async () => {
      const StringNotEquals = { "aws:PrincipalAccount": OUTSIDE };
      const condition = { Condition: { ...statement.Condition, StringNotEquals } };
      await attach(await create("outsiders", policy({ ...statement, ...condition })));
      await assume(outsider);
    });

    it("takes a role of the management account, where no policy of the organization counts", async () => {
      const { iam } = clients(sandbox);
      const AssumeRolePolicyDocument = trust(`arn:aws:iam::${OUTSIDE}:root`);
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "open", AssumeRolePolicyDocument }));
      await attach(await create(), RootId);
      await assume(outsider, Role?.Arn);
      expect((await refusal(assume(outsider))).name).to.equal("AccessDenied");
    });

    it("has no organization, and is under none of its service control policies", async () => {
      const error = await refusal(clients(sandbox, outsider).organizations.send(new DescribeOrganizationCommand({})));
      expect(error.name).to.equal("AWSOrganizationsNotInUseException");
    });

    it("is whoever has left it, and was not when an account could not leave", async () => {
      const member = await administratorOf(sandbox, DEVELOPMENT);
      const { Policy } = await organizations.send(
        new CreatePolicyCommand({
          Name: "organization",
          Description: "",
          Type: "SERVICE_CONTROL_POLICY",
          Content: policy({ Effect: "Deny", Action: "organizations:LeaveOrganization", Resource: "*" }),
        }),
      );
      const PolicyId = Policy?.PolicySummary?.Id ?? "";
      await attach(PolicyId);
      const leave = () => member.organizations.send(new LeaveOrganizationCommand({}));
      const error = await refusal(leave());
      expect(error.name).to.equal("AccessDeniedException");
      expect(error.message).to.contain("with an explicit deny in a service control policy");

      await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: unit }));
      await leave();
      expect((await refusal(member.organizations.send(new DescribeOrganizationCommand({})))).name).to.equal(
        "AWSOrganizationsNotInUseException",
      );
      await attach(await create());
      await assume(outsider);
      expect((await refusal(clients(sandbox).organizations.send(new LeaveOrganizationCommand({})))).name).to.equal(
        "MasterCannotLeaveOrganizationException",
      );
    });
  });
});
