import { expect } from "chai";

import { rolesComparison } from "../../../cli/verify/given.ts";
import { entriesComparison } from "../../../cli/verify/shared-role.ts";
import { sideDoors } from "../../../cli/verify/side-doors.ts";
import { sharedRoleTrust } from "../../../infra/shared-role.ts";
import * as made from "./documents.ts";

const { auth, sandbox } = made;
const settings = made.settingsWith({ roles: "shared", developers: { alice: {}, bob: { accounts: ["sandbox"] } } });
const trust = (account: string): unknown =>
  JSON.parse(JSON.stringify(sharedRoleTrust({ authAccount: auth })).replaceAll("${AWS::AccountId}", account));
const insiders = {
  ...{ organizationId: made.organizationId, managementAccount: made.management, managers: [made.management] },
  ...{ outsiders: new Set<string>(), guarded: new Set<string>() },
};

/** The findings about a role with the shared role's name. */
const found = (document: unknown, managedPolicies = ["arn:aws:iam::aws:policy/AdministratorAccess"]): string[] => {
  const role = made.identity("role", "developer", { document, managedPolicies });
  const account = { ...made.developmentAccount(), identities: [made.accessRole(), role] };
  const findings = [...rolesComparison(account, settings).findings, ...sideDoors(account, settings, insiders)];
  return findings.map(({ name }) => name);
};

/** The findings about users with these tags. */
const entries = (tags: Record<string, Record<string, string>>): string[] => {
  const identities = Object.entries(tags).map(([name, own]) => made.identity("user", name, { tags: own }));
  return entriesComparison({ identities }, settings).findings.map(({ name, fact }) => `${name}: ${fact}`);
};

describe("a shared role, as verify compares it", () => {
  it("is as the stack makes it, with the account's own id in its trust policy", () => {
    expect(found(trust(sandbox))).to.eql([]);
    expect(found(trust("444444444444"))).to.eql(["developer-role/sandbox/developer"]);
    expect(found(made.trustOf({ AWS: `arn:aws:iam::${auth}:root` }))).to.eql(["developer-role/sandbox/developer"]);
  });

  it("may be more by a policy", () => {
    const more = ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/Billing"];
    expect(found(trust(sandbox), more)).to.eql(["role-permissions/sandbox/developer"]);
  });

  it("is entered by those whom the settings let in, and by nobody else whose tags say so", () => {
    const [every, one] = [{ "mfa-admin:every-account": "yes" }, { [`mfa-admin:in/${sandbox}`]: "sandbox" }];
    expect(entries({ alice: { ...every, ...one }, bob: one, eve: {} })).to.eql([]);
    expect(entries({ bob: { ...one, ...every } })).to.eql([
      "entry/auth/bob: The tags of the user bob in auth let it enter every account by the shared role, which the settings do not give.",
    ]);
    expect(entries({ bob: { ...one, "mfa-admin:in/555555555555": "other" }, eve: one })).to.eql([
      "entry/auth/bob: The tags of the user bob in auth let it enter 555555555555 by the shared role, which the settings do not give.",
      `entry/auth/eve: The tags of the user eve in auth let it enter ${sandbox} by the shared role, which the settings do not give.`,
    ]);
  });

  it("has the developers' own roles beside it until the switch is finished, which is told with what to run", () => {
    const account = { ...made.developmentAccount(), identities: [made.roleOf("alice"), made.roleOf("carol")] };
    expect(sideDoors(account, settings, insiders).map(({ name, command }) => [name, command])).to.eql([
      ["stray-role/sandbox/developer-alice", "mfa-admin up --finish-switch"],
      ["stray-role/sandbox/developer-carol", "aws iam delete-role --role-name developer-carol"],
    ]);
  });
});
