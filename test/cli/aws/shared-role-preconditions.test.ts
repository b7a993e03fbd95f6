import { expect } from "chai";

import { managementAccountAtHand } from "../../../cli/aws/preconditions.ts";
import { requireSharedRolePossible } from "../../../cli/aws/shared-role-preconditions.ts";
import { explain } from "../../../cli/explain.ts";
import { parseSettings } from "../../../infra/settings.ts";
import { type LargeOrganization, largeOrganization } from "../../support/large-organization.ts";

describe("what a shared role needs of the organization", () => {
  let large: LargeOrganization;
  const [nested, below] = ["ou-abcd-33333333", "ou-abcd-44444444"];

  before(async () => {
    large = await largeOrganization(2);
    const { organization } = large.sandbox;
    organization.addUnit(nested, "nested", large.unit);
    organization.addUnit(below, "below", nested);
  });
  after(() => large.close());

  /** The message and the remedy of a refusal; undefined where the shared role is possible. */
  async function refused(settings: Record<string, unknown> = {}): Promise<[fact: string, remedy?: string] | undefined> {
    const { data: parsed } = parseSettings({
      ...{ organizationalUnits: [large.unit], authAccount: large.sandbox.authAccount, roles: "shared" },
      ...{ developers: { alice: {} }, ...settings },
    });
    if (parsed === undefined) throw new Error("these are no settings");
    await managementAccountAtHand(parsed);
    try {
      await requireSharedRolePossible(parsed);
      return undefined;
    } catch (error) {
      const { message, remedy } = explain(error as Error);
      return remedy === undefined ? [message] : [message, remedy];
    }
  }

  it("is trusted access for StackSets", async () => {
    expect(await refused()).to.eql([
      "CloudFormation StackSets, which make the shared role, may not work in the organization's accounts: their trusted access is off.",
      "Run: aws cloudformation activate-organizations-access --region us-east-1",
    ]);
    large.sandbox.stackSets.trustedAccess = true;
    expect(await refused()).to.equal(undefined);
  });

  it("is that no unit is below another, however far", async () => {
    for (const unit of [nested, below]) {
      for (const organizationalUnits of [
        [large.unit, unit],
        [unit, large.unit],
      ]) {
        expect(await refused({ organizationalUnits })).to.eql([
          `The organizational unit ${unit} is below ${large.unit}, which is among organizationalUnits, too: with shared roles, no unit may be below another.`,
          `Take ${unit} out: the service control policy and the role come to it by ${large.unit}.`,
        ]);
      }
    }
    expect(await refused({ organizationalUnits: [nested] })).to.equal(undefined);
  });

  it("is that the auth account is below none of the units", async () => {
    const { organization, authAccount } = large.sandbox;
    const before = organization.parents.get(authAccount) ?? "";
    organization.moveAccount(authAccount, below);
    expect(await refused()).to.eql([
      `The auth account ${authAccount} is below ${large.unit}: the shared role would be made there, too.`,
      "Move the auth account to another unit in AWS Organizations, or name other units.",
    ]);
    organization.moveAccount(authAccount, before);
  });

  it("is that the accounts on the roster have the names there", async () => {
    expect(await refused({ developers: { alice: { accounts: ["account-0"] } } })).to.equal(undefined);
    expect(await refused({ developers: { alice: { accounts: ["acount-1"] } } })).to.eql([
      'alice is let into "acount-1", and no account of the organizational units has this name.',
      "Did you mean account-1? mfa-admin list --accounts shows the names.",
    ]);
  });
});
