import { expect } from "chai";

import { leaveOutDenials } from "../../../cli/engine/denials.ts";

describe("what only denies stays out of the state", () => {
  const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
  const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
  const state = (type: string, given: string[]) => [
    {
      ...{ urn: "urn:pulumi:main::mfa-admin::pulumi:pulumi:Stack::main", type: "pulumi:pulumi:Stack", custom: false },
      outputs: { permissions: given },
    },
    { urn: `urn::${type}::alice`, type, custom: true, inputs: { managedPolicyArns: [administrator, denyAll] } },
  ];
  const policiesOf = (type: string, given: string[]): unknown => {
    const resources = state(type, given);
    leaveOutDenials({ resources }, { permissions: [administrator] });
    return (resources[1] as { inputs: Record<string, unknown> }).inputs["managedPolicyArns"];
  };

  it("unless the stack itself has given it, to a role", () => {
    expect(policiesOf("aws-native:iam:Role", [administrator])).to.eql([administrator]);
    expect(policiesOf("aws-native:iam:Role", [administrator, denyAll])).to.eql([administrator, denyAll]);
    expect(policiesOf("aws-native:iam:User", [administrator, denyAll])).to.eql([administrator]);
  });
});
