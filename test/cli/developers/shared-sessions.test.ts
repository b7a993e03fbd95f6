import { AttachPolicyCommand, CreatePolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { endSharedSessionsOf } from "../../../cli/developers/shared-sessions.ts";
import { endedSessionsIn } from "../../../infra/ended-sessions.ts";
import { endedSessionsPolicyName, serviceControlPolicyName } from "../../../infra/names.ts";
import { serviceControlPolicy } from "../../../infra/policies.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { clients } from "../../sandbox/testing.ts";
import { startSandboxHere } from "../../support/sandbox-here.ts";

describe("the end of sessions of the shared role", () => {
  const applied = "ou-abcd-11111111";
  let sandbox: Sandbox;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ sandbox, close } = await startSandboxHere());
    const { organizations } = clients(sandbox);
    const made = await organizations.send(
      new CreatePolicyCommand({
        Name: serviceControlPolicyName,
        Description: "",
        Type: "SERVICE_CONTROL_POLICY",
        Content: JSON.stringify(serviceControlPolicy()),
      }),
    );
    const PolicyId = made.Policy?.PolicySummary?.Id;
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: applied }));
  });
  afterEach(() => close());

  const policy = () =>
    [...sandbox.organization.policies.values()].find(({ name }) => name === endedSessionsPolicyName) ?? expect.fail();
  const ann = { userName: "ann", sharedRole: "developer" };

  it("holds on the units that have the role, whatever edit of the units is not applied", async () => {
    sandbox.organization.addUnit("ou-abcd-22222222", "Edited");
    const ended = await endSharedSessionsOf({ organizationalUnits: ["ou-abcd-22222222"] }, [ann]);
    expect(ended).to.have.property("inForce");
    expect([...policy().targets].sort()).to.eql([applied, "ou-abcd-22222222"]);
  });

  it("holds on the others where one unit does not exist, and says what AWS said", async () => {
    const ended = await endSharedSessionsOf({ organizationalUnits: ["ou-abcd-99999999"] }, [ann]);
    expect(ended).to.have.property("reason").that.contains("TargetNotFoundException");
    expect([...policy().targets]).to.eql([applied]);
  });

  it("names each role by itself, since two may be there while the prefix is changed", async () => {
    await endSharedSessionsOf({ organizationalUnits: [applied] }, [ann, { userName: "bob", sharedRole: "dev" }]);
    const ended = endedSessionsIn(policy().content).map(({ roleName, userNames }) => ({ roleName, userNames }));
    expect(ended).to.eql([
      { roleName: "developer", userNames: ["ann"] },
      { roleName: "dev", userNames: ["bob"] },
    ]);
  });

  it("asks AWS nothing where nobody uses a shared role", async () => {
    const from = sandbox.requests.length;
    expect(await endSharedSessionsOf({ organizationalUnits: [applied] }, [{ userName: "ann" }])).to.equal(undefined);
    expect(sandbox.requests.length).to.equal(from);
  });
});
