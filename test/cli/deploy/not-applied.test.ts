import { expect } from "chai";

import { notApplied, notAppliedLines } from "../../../cli/deploy/not-applied.ts";
import type { NotedResource } from "../../../cli/state/checkpoint.ts";
import { parseSettings, type Settings } from "../../../infra/settings.ts";

const urn = (type: string, name: string): string =>
  `urn:pulumi:main::mfa-admin::mfa-admin:index:Developer$${type}::${name}`;

const user = (name: string): NotedResource => ({
  ...{ urn: urn("aws-native:iam:User", name), type: "aws-native:iam:User", id: name },
  ...{ inputs: { userName: name }, provider: "urn:pulumi:main::mfa-admin::pulumi:providers:aws-native::auth::1" },
});

const role = (name: string, account: string): NotedResource => ({
  ...{ urn: urn("aws-native:iam:Role", `${name}@${account}`), type: "aws-native:iam:Role", id: `developer-${name}` },
  inputs: { roleName: `developer-${name}` },
  provider: `urn:pulumi:main::mfa-admin::pulumi:providers:aws-native::${account}::1`,
});

const policy: NotedResource = {
  urn: "urn:pulumi:main::mfa-admin::aws-native:organizations:Policy::require-mfa",
  ...{ type: "aws-native:organizations:Policy", id: "p-1", inputs: { name: "mfa-admin-require-mfa" } },
  provider: "urn:pulumi:main::mfa-admin::pulumi:providers:aws-native::management::1",
};

function settings(developers: Record<string, { accounts?: string[] }>): Settings {
  const { data } = parseSettings({
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
    organizationalUnits: ["ou-abcd-11111111"],
    developers,
  });
  if (data === undefined) throw new Error("these settings are not valid");
  return data;
}

const lines = (resources: NotedResource[], developers: Record<string, { accounts?: string[] }>): string[] =>
  notAppliedLines(notApplied(settings(developers), resources), settings(developers));

describe("what of the settings is not applied", () => {
  const alice = [user("alice"), role("alice", "sandbox"), role("alice", "payments")];

  it("is nothing where the state has all of it", () => {
    expect(lines([policy, ...alice], { alice: {} })).to.eql([]);
  });

  it("is everything before the first up, and after destroy", () => {
    expect(lines([], { alice: {} })).to.eql([
      "Nothing of the settings is applied: AWS has none of it. Run mfa-admin up.",
    ]);
  });

  it("is told by people and accounts, and what stands open until then", () => {
    const resources = [...alice, user("bob"), role("bob", "sandbox")];
    expect(lines(resources, { alice: {}, bob: {}, carol: { accounts: ["payments"] }, dave: {} })).to.eql([
      "Not applied yet: the service control policy, so that nothing asks for MFA in the development accounts; bob in payments; carol, dave. Run mfa-admin up.",
    ]);
  });

  it("has what an up is still to take away", () => {
    expect(lines([policy, ...alice, user("bob")], { alice: { accounts: ["sandbox"] } })).to.eql([
      "In AWS, but no longer in the settings: alice in payments; bob. mfa-admin up removes it.",
    ]);
  });
});
