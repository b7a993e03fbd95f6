import {
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
  paginateSimulateCustomPolicy,
  type SimulateCustomPolicyCommandInput,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { DENY_WITHOUT_MFA, administratorOf, allow, clients, policy, refusal, trust, type Clients } from "./testing.ts";

const AUTH = "222222222222";
const ALICE = `arn:aws:iam::${AUTH}:user/alice`;
const ROLE = "arn:aws:iam::333333333333:role/developer-alice";
const EVERYTHING = policy(allow("*"));

describe("sandbox: the policy simulator", () => {
  let sandbox: Sandbox;
  let auth: Clients;

  before(async () => {
    sandbox = await startSandbox();
    auth = await administratorOf(sandbox, AUTH);
  });
  after(() => sandbox.close());

  async function simulate(input: Partial<SimulateCustomPolicyCommandInput>) {
    const { EvaluationResults = [] } = await auth.iam.send(
      new SimulateCustomPolicyCommand({ PolicyInputList: [EVERYTHING], ActionNames: ["iam:ListUsers"], ...input }),
    );
    const [first] = EvaluationResults;
    if (first === undefined) throw new Error("nothing was simulated");
    return first;
  }
  const levels = (...documents: string[][]) => ({
    OrderedOrganizationPolicyInputList: documents.map((one) => ({ ServiceControlPolicyInputList: one })),
  });
  const context = (values: Record<string, string>) => ({
    ContextEntries: Object.entries(values).map(([ContextKeyName, value]) => ({
      ContextKeyName,
      ContextKeyValues: [value],
      ContextKeyType: "string" as const,
    })),
  });

  it("says allowed, implicitDeny or explicitDeny, and by which statement", async () => {
    const own = policy(allow("iam:GetUser", ALICE), { Effect: "Deny", Action: "iam:ListUsers", Resource: "*" });
    const simulated = (ActionNames: string[], ResourceArns?: string[]) =>
      simulate({ PolicyInputList: [EVERYTHING.replace("*", "ec2:*"), own], ActionNames, ResourceArns });

    expect(await simulated(["iam:GetUser"], [ALICE])).to.deep.include({
      EvalDecision: "allowed",
      MatchedStatements: [{ SourcePolicyId: "PolicyInputList.2", SourcePolicyType: "IAM Policy" }],
    });
    expect(await simulated(["iam:DeleteUser"], [ALICE])).to.deep.include({
      EvalDecision: "implicitDeny",
      MatchedStatements: [],
    });
    expect(await simulated(["iam:ListUsers"])).to.include({
      EvalActionName: "iam:ListUsers",
      EvalDecision: "explicitDeny",
    });
    expect(await simulated(["iam:GetUser"])).to.include({ EvalDecision: "implicitDeny" });
  });

  it("gives one result for an action, the most restrictive, and one for each resource below it", async () => {
    const PolicyInputList = [policy(allow("iam:GetUser", ALICE))];
    const bob = ALICE.replace("alice", "bob");
    const result = await simulate({ PolicyInputList, ActionNames: ["iam:GetUser"], ResourceArns: [ALICE, bob] });
    expect(result.EvalDecision).to.equal("implicitDeny");
    expect(result.EvalResourceName).to.equal("*");
    expect(
      result.ResourceSpecificResults?.map(({ EvalResourceName, EvalResourceDecision }) => [
        EvalResourceName,
        EvalResourceDecision,
      ]),
    ).to.deep.equal([
      [ALICE, "allowed"],
      [bob, "implicitDeny"],
    ]);
  });

  it("says whether the organization's policies allow it, level by level, and names no statement of theirs", async () => {
    const withoutMfa = context({ "aws:PrincipalType": "User" });
    const withMfa = context({ "aws:PrincipalType": "User", "aws:MultiFactorAuthPresent": "true" });
    const hierarchy = levels([EVERYTHING], [EVERYTHING, DENY_WITHOUT_MFA], [EVERYTHING]);

    expect(await simulate({ ...hierarchy, ...withoutMfa })).to.deep.include({
      EvalDecision: "explicitDeny",
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
      MatchedStatements: [],
      MissingContextValues: [],
    });
    expect(await simulate({ ...hierarchy, ...withMfa })).to.deep.include({
      EvalDecision: "allowed",
      OrganizationsDecisionDetail: { AllowedByOrganizations: true },
    });
    expect(await simulate({ ...levels([EVERYTHING], [], [EVERYTHING]), ...withMfa })).to.deep.include({
      EvalDecision: "implicitDeny",
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
    });
    expect(await simulate(withMfa)).to.not.have.property("OrganizationsDecisionDetail");
  });

  it("tells a denial by the caller's policies from one by the organization's", async () => {
    const denied = await simulate({
      PolicyInputList: [policy({ Effect: "Deny", Action: "*", Resource: "*" })],
      ...levels([EVERYTHING], [EVERYTHING]),
    });
    expect(denied).to.deep.include({
      EvalDecision: "explicitDeny",
      OrganizationsDecisionDetail: { AllowedByOrganizations: true },
    });
    expect(denied.MatchedStatements).to.have.length(1);
  });

  it("knows a condition key when it is given one, and says which are missing", async () => {
    const condition = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
    const PolicyInputList = [
      policy(
        allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}", condition),
        allow("iam:TagUser", "*", condition),
      ),
    ];
    const asked = { PolicyInputList, ActionNames: ["iam:GetUser"], ResourceArns: [ALICE] };
    const without = await simulate(asked);
    expect(without.EvalDecision).to.equal("implicitDeny");
    expect(without.MissingContextValues).to.have.members(["aws:MultiFactorAuthPresent", "aws:username"]);
    const given = context({ "aws:MultiFactorAuthPresent": "true", "aws:username": "alice" });
    expect(await simulate({ ...asked, ...given })).to.deep.include({
      EvalDecision: "allowed",
      MissingContextValues: [],
    });
  });

  it("keeps within one permissions boundary", async () => {
    const PermissionsBoundaryPolicyInputList = [policy(allow("iam:GetUser"))];
    expect(await simulate({ PermissionsBoundaryPolicyInputList })).to.deep.include({
      EvalDecision: "implicitDeny",
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
    const two = [EVERYTHING, EVERYTHING];
    expect((await refusal(simulate({ PermissionsBoundaryPolicyInputList: two }))).name).to.match(/^InvalidInput/);
  });

  it("takes a resource's policy for a user", async () => {
    const ResourcePolicy = policy({ Effect: "Deny", Principal: { AWS: ALICE }, Action: "s3:*", Resource: "*" });
    const asked = { ActionNames: ["s3:GetObject"], ResourceArns: ["arn:aws:s3:::bucket/key"], ResourcePolicy };
    expect(await simulate({ ...asked, CallerArn: ALICE })).to.include({ EvalDecision: "explicitDeny" });
    expect(await simulate({ ...asked, CallerArn: ALICE.replace("alice", "bob") })).to.include({
      EvalDecision: "allowed",
    });
    for (const CallerArn of [undefined, ROLE]) {
      expect((await refusal(simulate({ ...asked, CallerArn }))).name).to.match(/^InvalidInput/);
    }
  });

  it("reads a trust policy for sts:AssumeRole, and judges without it, as AWS does", async () => {
    const asked = { ActionNames: ["sts:AssumeRole"], ResourceArns: [ROLE], CallerArn: ALICE };
    const ResourceOwner = "arn:aws:iam::333333333333:root";
    const ResourcePolicy = trust(`arn:aws:iam::${AUTH}:user/bob`);
    expect(await simulate({ ...asked, ResourcePolicy, ResourceOwner })).to.include({ EvalDecision: "allowed" });
    expect((await refusal(simulate({ ...asked, ResourcePolicy: "{" }))).name).to.match(/^InvalidInput/);
  });

  it("refuses what can't be simulated", async () => {
    for (const wrong of [
      { ActionNames: ["iam:NoSuchAction"] },
      { PolicyInputList: ["{"] },
      { PolicyInputList: ['{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}'] },
      { CallerArn: "arn:aws:sts::333333333333:assumed-role/developer-alice/alice" },
      { ActionNames: ["iam:GetUser"], ResourceArns: [ROLE] },
    ]) {
      expect((await refusal(simulate(wrong))).name, JSON.stringify(wrong)).to.match(/^InvalidInput/);
    }
  });

  it("answers page by page", async () => {
    const ActionNames = ["iam:ListUsers", "iam:ListRoles", "iam:ListGroups"];
    const input = { PolicyInputList: [EVERYTHING], ActionNames };
    const names: unknown[] = [];
    for await (const page of paginateSimulateCustomPolicy({ client: auth.iam, pageSize: 2 }, input)) {
      names.push((page.EvaluationResults ?? []).map(({ EvalActionName }) => EvalActionName));
    }
    expect(names).to.deep.equal([ActionNames.slice(0, 2), ActionNames.slice(2)]);
  });

  it("needs permission", async () => {
    const alice = clients(sandbox, sandbox.userInMemberAccount(AUTH, "alice", []));
    const request = new SimulateCustomPolicyCommand({ PolicyInputList: [EVERYTHING], ActionNames: ["iam:ListUsers"] });
    expect((await refusal(alice.iam.send(request))).message).to.contain(
      "because no identity-based policy allows the iam:SimulateCustomPolicy action",
    );
  });

  it("takes the policies that a user has, and those of the organization above, for a principal", async () => {
    sandbox.userInMemberAccount(AUTH, "carol", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    const PolicySourceArn = `arn:aws:iam::${AUTH}:user/carol`;
    const { EvaluationResults } = await auth.iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ["iam:ListUsers", "iam:CreateUser"] }),
    );
    expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).to.deep.equal(["allowed", "implicitDeny"]);
    expect(EvaluationResults?.[0]?.OrganizationsDecisionDetail?.AllowedByOrganizations).to.equal(true);
    const nobody = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: ALICE.replace("alice", "nobody"),
      ActionNames: ["iam:ListUsers"],
    });
    expect((await refusal(auth.iam.send(nobody))).name).to.match(/^NoSuchEntity/);
  });
});
