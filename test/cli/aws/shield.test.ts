import { AttachPolicyCommand, CreatePolicyCommand, DetachPolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { withoutAnyAllow } from "../../../cli/aws/shield.ts";
import { type Sandbox, startSandbox } from "../../sandbox/index.ts";
import { clients } from "../../sandbox/testing.ts";
import { inEnvironment } from "../../support/environment.ts";

describe("units and accounts in which nothing is allowed", () => {
  const unit = "ou-abcd-11111111";
  const ids = Array.from({ length: 60 }, (_, index) => String(300000000001 + index));
  const last = ids.at(-1) ?? "";
  let sandbox: Sandbox;
  let restore: () => void;

  before(async () => {
    sandbox = await startSandbox({
      developmentAccounts: Object.fromEntries(ids.map((id, index) => [`account-${index}`, id])),
    });
    restore = inEnvironment(sandbox.environment());
  });
  after(async () => {
    restore();
    await sandbox.close();
  });

  const asked = async (targets: string[]) => {
    const from = sandbox.requests.length;
    const without = await withoutAnyAllow(targets, "require-mfa");
    return { without, calls: sandbox.requests.slice(from).map(({ action }) => action) };
  };

  it("are found with no more pages of FullAWSAccess than there are targets, however many accounts have it", async () => {
    expect(await asked([unit])).to.eql({ without: [], calls: ["ListTargetsForPolicy"] });
    expect(await asked([last])).to.eql({ without: [], calls: ["ListTargetsForPolicy", "ListPoliciesForTarget"] });
    expect((await asked([unit, ...ids])).calls).to.eql(Array<string>(4).fill("ListTargetsForPolicy"));
  });

  it("are told when a policy that only denies has come in its place", async () => {
    const { organizations } = clients(sandbox);
    const Content = JSON.stringify({ Statement: { Effect: "Deny", Action: "iam:*", Resource: "*" } });
    const wanted = { Name: "deny", Description: "Denies.", Type: "SERVICE_CONTROL_POLICY", Content } as const;
    const { Policy } = await organizations.send(new CreatePolicyCommand(wanted));
    const TargetId = sandbox.authAccount;
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
    await organizations.send(new DetachPolicyCommand({ PolicyId: "p-FullAWSAccess", TargetId }));
    expect((await asked([unit, last, TargetId])).without).to.eql([TargetId]);
  });
});
