import { expect } from "chai";

import type { Look } from "../../../cli/aws/look.ts";
import { accountsBelow } from "../../../cli/aws/organization-view.ts";
import { withPolicyInAws } from "../../../cli/deploy/policy-in-aws.ts";
import { policyBefore, type StackBefore, stackBefore } from "../../../cli/changes/stack-before.ts";
import { serviceControlPolicyName } from "../../../infra/names.ts";
import { serviceControlPolicy } from "../../../infra/policies.ts";

describe("the service control policy that the guards go by", () => {
  const mail = { arn: "arn:aws:iam::444444444444:user/mail", until: "2999-01-01" };
  const content = serviceControlPolicy([mail]);
  const [unit, other] = ["ou-abcd-11111111", "ou-abcd-22222222"];
  const properties = { content, targetIds: [unit] };
  const before: StackBefore = {
    ...stackBefore({ resources: [], accounts: new Map() }),
    ...policyBefore(content, [unit]),
    held: [{ account: "management", type: "service control policy", name: serviceControlPolicyName, properties }],
  };
  const seen = (shield: Partial<NonNullable<Look["shield"]>>): Pick<Look, "shield" | "missed"> => ({
    shield: { name: serviceControlPolicyName, content, targets: [unit], ...shield },
    missed: [],
  });
  const after = (look: Pick<Look, "shield" | "missed">, organizationalUnits = [unit]) => {
    const {
      organizationalUnits: attached,
      exemptUntil,
      isWeakened,
    } = withPolicyInAws(before, look, { organizationalUnits });
    return { attached, exempt: Object.keys(exemptUntil), isWeakened };
  };

  it("is the stack's where AWS has the same, or could not be asked", () => {
    expect(withPolicyInAws(before, seen({}), { organizationalUnits: [unit] })).to.equal(before);
    const missed = [{ what: "service control policy" as const, reason: "AccessDenied" }];
    expect(withPolicyInAws(before, { shield: undefined, missed }, { organizationalUnits: [] })).to.equal(before);
  });

  it("is AWS's where up puts it right: detached, gone, or with another text", () => {
    expect(after(seen({ targets: [] })).attached).to.eql([]);
    expect(after({ shield: undefined, missed: [] })).to.deep.include({ attached: [], exempt: [] });
    const { exempt, isWeakened } = after(seen({ content: serviceControlPolicy() }));
    expect({ exempt, isWeakened }).to.eql({ exempt: [], isWeakened: false });
    expect(after(seen({ targets: [unit, other], content: { Statement: [] } }))).to.deep.include({
      attached: [unit, other],
      isWeakened: true,
    });
  });

  it("is not taken off what it was attached to besides, but by an edit of the units", () => {
    expect(after(seen({ targets: [unit, other] })).attached).to.eql([unit]);
    expect(after(seen({ targets: [unit, other] }), [unit, "ou-abcd-33333333"]).attached).to.eql([unit, other]);
  });

  it("shuts out all the same with more statements, in another order and spelling, and not with an exemption without an end", () => {
    const { Statement: statements } = content;
    const more = { Effect: "Deny", Action: "s3:*", Resource: "*" };
    expect(policyBefore(JSON.stringify({ Statement: [more, ...statements].reverse() }), []).isWeakened).to.equal(false);
    expect(policyBefore({ Statement: statements.slice(0, 1) }, []).isWeakened).to.equal(true);
    expect(policyBefore("", []).isWeakened).to.equal(true);
  });

  it("reaches the accounts of units, all by the root, and those that it is attached to themselves", () => {
    const view = {
      accounts: ["333333333333", "444444444444"].map((id) => ({ id, name: id })),
      inactive: [],
      organizationalUnits: [{ id: unit, path: "Development", accountIds: ["333333333333"] }],
    };
    expect([...accountsBelow(view, [unit])]).to.eql(["333333333333"]);
    expect([...accountsBelow(view, ["444444444444"])]).to.eql(["444444444444"]);
    expect([...accountsBelow(view, ["r-abcd"])]).to.eql(["333333333333", "444444444444"]);
  });
});
