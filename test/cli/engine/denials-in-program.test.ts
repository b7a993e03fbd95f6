import { output, type ResourceTransformationArgs } from "@pulumi/pulumi";
import { expect } from "chai";

import { DenialsInProgram, leaveOutOfPreview } from "../../../cli/engine/denials-in-program.ts";
import type { StepEventMetadata } from "../../../cli/engine/automation.ts";
import type { Denying } from "../../../cli/engine/denials-in-aws.ts";

const roleType = "aws-native:iam:Role";
const own = "arn:aws:iam::aws:policy/AdministratorAccess";
const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
const lock = {
  name: "mfa-admin-lock",
  document: { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] },
};
const nothing: Denying = { managed: [], inline: [], groups: [] };

/** What the program registers for alice's role, and the state after it. */
async function run(
  denying: Denying | Denying[],
  before: Record<string, unknown> | undefined,
  props: Record<string, unknown>,
  name = "alice@sandbox",
) {
  const all = [denying].flat();
  const read = () => Promise.resolve(all.map((one) => ({ type: roleType, name: "alice@sandbox", denying: one })));
  const denials = new DenialsInProgram(read);
  await denials.read();
  const resource = (inputs: Record<string, unknown>) => ({
    ...{ urn: `urn:pulumi:main::mfa-admin::${roleType}::${name}`, type: roleType, custom: true },
    inputs: structuredClone(inputs),
    outputs: { ...structuredClone(inputs), __inputs: { plaintext: JSON.stringify(inputs) } },
  });
  const transform = await denials.transformation(before === undefined ? [] : [resource(before)]);
  const args = { type: roleType, name, props, opts: {} } as ResourceTransformationArgs;
  const transformed = transform(args)?.props ?? props;
  const registered = await new Promise<Record<string, unknown>>((resolve) => {
    output(transformed as Record<string, string>).apply((value) => {
      resolve(value);
    });
  });
  const given = Object.fromEntries(Object.entries(registered).filter(([, value]) => value !== undefined));
  const left = resource(given);
  const had = denials.forgetIn([left]);
  return { given, had, left };
}

describe("a program registers what only denies with each property that it changes", () => {
  const role = { roleName: "developer-alice", managedPolicyArns: [own] };

  it("and with no other: the engine would have something to do on everybody who is locked", async () => {
    const { given, had } = await run({ ...nothing, inline: [lock], managed: [denyAll] }, role, role);
    expect([given, had]).to.eql([role, false]);
  });

  it("and for nobody else", async () => {
    const { given } = await run({ ...nothing, managed: [denyAll] }, undefined, role, "bob@sandbox");
    expect(given).to.eql(role);
  });

  it("lists keep their own elements and get the denials; the state has them no more afterwards", async () => {
    const denying = { managed: [denyAll], inline: [lock], groups: ["suspended"] };
    const [before, after] = [
      { ...role, groups: ["developers"] },
      {
        ...role,
        managedPolicyArns: [own, `${own}2`],
        groups: ["others"],
        policies: [{ policyName: "mfa-admin-until" }],
      },
    ];
    const { given, left } = await run(denying, before, after);
    expect(given).to.eql({
      ...role,
      managedPolicyArns: [own, `${own}2`, denyAll],
      groups: ["others", "suspended"],
      policies: [{ policyName: "mfa-admin-until" }, { policyName: lock.name, policyDocument: lock.document }],
    });
    expect([left.inputs, JSON.parse(left.outputs.__inputs.plaintext)]).to.eql([after, after]);
  });

  it("a list that the program takes away is left with the denials, and is not in the state afterwards", async () => {
    const { given, left } = await run(
      { ...nothing, inline: [lock] },
      { ...role, policies: [{ policyName: "mfa-admin-until" }] },
      role,
    );
    expect(given["policies"]).to.eql([{ policyName: lock.name, policyDocument: lock.document }]);
    expect(left.inputs).to.eql(role);
  });

  it("a boundary and a trust policy that deny stay in place of the program's, which the state has afterwards", async () => {
    const closed = { Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }] };
    const opened = { Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Condition: { Bool: { "aws:A": "B" } } }] };
    const after = { ...role, permissionsBoundary: own, assumeRolePolicyDocument: opened };
    const { given, left } = await run({ ...nothing, boundary: denyAll, trust: closed }, role, after);
    expect(given).to.eql({ ...role, permissionsBoundary: denyAll, assumeRolePolicyDocument: closed });
    expect(left.inputs).to.eql(after);
    // The next refresh compares what the plugin reads with the outputs, where its own spelling is.
    const readBack = { effect: "Allow", principal: { aws: "*" }, condition: { bool: { "aws:A": "B" } } };
    expect(left.outputs).to.deep.include({ assumeRolePolicyDocument: { statement: [readBack] } });
  });

  it("a role that takes the place of another has all of them from its beginning", async () => {
    const after = { ...role, roleName: "engineer-alice" };
    const { given } = await run({ ...nothing, inline: [lock], managed: [denyAll] }, role, after);
    expect(given["managedPolicyArns"]).to.eql([own, denyAll]);
    expect(given["policies"]).to.have.length(1);
  });

  it("a role beside which the one before it is still there, since the run before was killed, has those of both", async () => {
    const other = { ...lock, name: "frozen-by-bob" };
    const { given } = await run(
      [
        { ...nothing, inline: [lock, other] },
        { ...nothing, inline: [lock] },
      ],
      undefined,
      role,
    );
    const policies = [lock, other].map(({ name, document }) => ({ policyName: name, policyDocument: document }));
    expect(given).to.eql({ ...role, policies });
  });

  it("one that the state has already, since the run before was killed, changes nothing in AWS and goes out of the state", async () => {
    const before = { ...role, policies: [{ policyName: lock.name, policyDocument: lock.document }] };
    const { given, had, left } = await run({ ...nothing, inline: [lock] }, before, role);
    expect([given, had, left.inputs]).to.eql([before, true, role]);
  });
});

describe("a preview shows no removal of what only denies, though a killed run has left it in the state", () => {
  const denying = { managed: [denyAll], inline: [lock], groups: [], trust: { Statement: [{ Effect: "Deny" }] } };
  const opened = { Statement: [{ Effect: "Allow" }] };
  const noted = {
    managedPolicyArns: [own, denyAll],
    policies: [{ policyName: lock.name, policyDocument: lock.document }],
    assumeRolePolicyDocument: { statement: [{ effect: "Deny" }] },
  };
  const step = (before: object, after: object, name = "alice@sandbox"): StepEventMetadata => {
    const urn = `urn:pulumi:main::mfa-admin::${roleType}::${name}`;
    const state = { type: roleType, urn, id: name, parent: "", provider: "", outputs: {} };
    const [old, later] = [before, after].map((inputs) => ({ ...state, inputs: structuredClone(inputs) }));
    const found = { op: "update", urn, type: roleType, provider: "", old, new: later } as StepEventMetadata;
    leaveOutOfPreview(found, [{ type: roleType, name: "alice@sandbox", denying }], { permissions: [], boundaries: [] });
    return found;
  };

  const bobs = { managedPolicyArns: [own], assumeRolePolicyDocument: opened };

  it("where nothing else differs, there is nothing to do", () => {
    const { op, old } = step(noted, { managedPolicyArns: [own], assumeRolePolicyDocument: opened });
    expect([op, old?.inputs]).to.eql(["same", { managedPolicyArns: [own], assumeRolePolicyDocument: opened }]);
  });

  it("what else differs is shown", () => {
    const closed = { Statement: [{ Effect: "Allow", Sid: "Before" }] };
    const before = { ...noted, assumeRolePolicyDocument: closed };
    const { op, old } = step(before, { managedPolicyArns: [`${own}2`], assumeRolePolicyDocument: opened });
    expect([op, old?.inputs]).to.eql(["update", { managedPolicyArns: [own], assumeRolePolicyDocument: closed }]);
  });

  it("nor where AWS no longer has it: a run takes it out of the state before it begins", () => {
    const { op, old } = step({ ...noted, assumeRolePolicyDocument: opened }, bobs, "bob@sandbox");
    expect([op, old?.inputs]).to.eql(["same", bobs]);
  });

  it("and all else of whoever is not denied anything is shown", () => {
    const before = {
      ...bobs,
      managedPolicyArns: [own, `${own}2`],
      assumeRolePolicyDocument: noted.assumeRolePolicyDocument,
    };
    expect(step(before, bobs, "bob@sandbox").old?.inputs).to.eql(before);
  });
});
