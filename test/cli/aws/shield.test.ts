import { AttachPolicyCommand, CreatePolicyCommand, DetachPolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { withoutAnyAllow } from "../../../cli/aws/shield.ts";
import { clients } from "../../sandbox/testing.ts";
import { type LargeOrganization, largeOrganization } from "../../support/large-organization.ts";

describe("units and accounts in which nothing is allowed", () => {
  let large: LargeOrganization;

  before(async () => {
    large = await largeOrganization(60);
  });
  after(() => large.close());

  const asked = (targets: string[]) => large.asking(() => withoutAnyAllow(targets, "require-mfa"));

  it("are found with no more pages of FullAWSAccess than there are targets, however many accounts have it", async () => {
    const { ids, unit } = large;
    const last = ids.at(-1) ?? "";
    expect(await asked([unit])).to.eql({ answer: [], calls: ["ListTargetsForPolicy"] });
    expect(await asked([last])).to.eql({ answer: [], calls: ["ListTargetsForPolicy", "ListPoliciesForTarget"] });
    expect((await asked([unit, ...ids])).calls).to.eql(Array<string>(4).fill("ListTargetsForPolicy"));
  });

  it("are told when a policy that only denies has come in its place", async () => {
    const { ids, sandbox, unit } = large;
    const { organizations } = clients(sandbox);
    const Content = JSON.stringify({ Statement: { Effect: "Deny", Action: "iam:*", Resource: "*" } });
    const wanted = { Name: "deny", Description: "Denies.", Type: "SERVICE_CONTROL_POLICY", Content } as const;
    const { Policy } = await organizations.send(new CreatePolicyCommand(wanted));
    const TargetId = sandbox.authAccount;
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
    await organizations.send(new DetachPolicyCommand({ PolicyId: "p-FullAWSAccess", TargetId }));
    expect((await asked([unit, ids.at(-1) ?? "", TargetId])).answer).to.eql([TargetId]);
  });
});
