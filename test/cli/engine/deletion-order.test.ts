import { expect } from "chai";

import { deletePoliciesFirst } from "../../../cli/engine/deletion-order.ts";
import type { Deployment, Resource } from "../../../cli/engine/deployment.ts";

const urn = (type: string, name: string): string => `urn:pulumi:main::mfa-admin::${type}::${name}`;
const developer = "mfa-admin:index:Developer";
const resource = (type: string, name: string, dependencies: string[] = []): Resource => ({
  ...{ urn: urn(type, name), type: type.split("$").at(-1) ?? type, custom: true, dependencies },
});

describe("the order of a deletion", () => {
  const alice = resource(`${developer}$aws-native:iam:User`, "alice");
  const bob = resource(`${developer}$aws-native:iam:User`, "bob");
  const role = resource(`${developer}$aws-native:iam:Role`, "bob@sandbox", [bob.urn]);
  const group = resource("aws-native:iam:Group", "developers");
  const type = "mfa-admin:index:Organization$aws-native:organizations:Policy";

  it("has the organization's policies go ahead of developers who were let in after them", () => {
    const policy = resource(type, "require-mfa", [alice.urn]);
    const deployment: Deployment = { resources: [group, alice, policy, bob, role] };
    expect(deletePoliciesFirst(deployment)).to.equal(true);
    expect(deployment.resources).to.eql([
      ...[group, alice, bob, role],
      { ...policy, dependencies: [alice.urn, bob.urn, role.urn] },
    ]);
    expect(deletePoliciesFirst(deployment)).to.equal(false);
  });

  it("leaves a state alone that has this order, and a policy that was replaced and is only to be deleted", () => {
    const policy = resource(type, "require-mfa", [bob.urn, alice.urn, role.urn, group.urn]);
    const replaced = { ...resource(type, "require-mfa"), delete: true };
    const deployment: Deployment = { resources: [replaced, group, alice, bob, role, policy] };
    expect(deletePoliciesFirst(deployment)).to.equal(false);
    expect(deployment.resources).to.eql([replaced, group, alice, bob, role, policy]);
  });
});
