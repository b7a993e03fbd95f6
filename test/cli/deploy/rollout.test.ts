import { expect } from "chai";

import type { RoleInAccount } from "../../../cli/aws/stack-sets.ts";
import { enteredBy } from "../../../cli/deploy/changed-over.ts";
import { rolloutLines, waitingLines } from "../../../cli/deploy/rollout.ts";

const settings = { developmentAccounts: { sandbox: "333333333333" }, organizationalUnits: ["ou-abcd-11111111"] };
const role = (accountId: string, changes: Partial<RoleInAccount> = {}): RoleInAccount => ({
  accountId,
  state: "current",
  drifted: false,
  organizationalUnit: "ou-abcd-11111111",
  ...changes,
});

describe("what up tells of the shared role's rollout", () => {
  it("is one sentence where all is well", () => {
    expect(rolloutLines([role("333333333333"), role("444444444444")], settings)).to.eql([
      "The shared role is in 2 of 2 accounts.",
    ]);
  });

  it("names what failed where, what is pending, drifted or suspended, each by the account's name", () => {
    const lines = rolloutLines(
      [
        role("333333333333", { state: "failed", reason: "Role with name developer already exists." }),
        role("444444444444", { state: "pending" }),
        role("555555555555", { drifted: true }),
        role("666666666666", { state: "suspended" }),
      ],
      settings,
    );
    expect(lines).to.eql([
      "The shared role is in 1 of 3 accounts, and on its way in 1.",
      "! It could not be made as the settings say in sandbox (333333333333): Role with name developer already exists.",
      "CloudFormation tries once more there now; correct what it says, then run mfa-admin up again. mfa-admin list --accounts shows the state.",
      "! It was changed outside the stack set in 555555555555, as AWS has found.",
      "Left out, since they are suspended: 666666666666.",
    ]);
  });

  it("names who has not logged in by the new role yet", () => {
    expect(waitingLines([])).to.eql(["Everybody has logged in by the shared role by now."]);
    expect(waitingLines(["bob", "carol"])[0]).to.match(/behind: bob, carol\.$/);
    expect(waitingLines(Array.from({ length: 12 }, (_, index) => `u${index}`))[0]).to.match(/u9 and 2 more\.$/);
  });

  it("takes for a login by it what a user has assumed it by, and nothing that was refused or of another role", () => {
    const event = (role: string, { succeeded = true, type = "IAMUser" } = {}) => ({
      caller: { type, arn: "arn:aws:iam::222222222222:user/ann", userName: "ann" },
      succeeded,
      request: { roleArn: `arn:aws:iam::333333333333:role/${role}` },
    });
    const prefix = { rolePrefix: "developer" };
    expect(enteredBy(event("developer"), prefix)).to.equal("ann");
    expect(enteredBy(event("developer-ann"), prefix)).to.equal(undefined);
    expect(enteredBy(event("developer", { succeeded: false }), prefix)).to.equal(undefined);
    expect(enteredBy(event("developer", { type: "AWSService" }), prefix)).to.equal(undefined);
  });

  it("says so where the units have no account", () => {
    expect(rolloutLines([], settings)).to.eql(["The shared role is in no account: ou-abcd-11111111 have none."]);
  });
});
