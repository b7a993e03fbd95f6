import { expect } from "chai";

import type { Deployment } from "../../../cli/engine/deployment.ts";
import { noteWhatIsThere } from "../../../cli/engine/half-made.ts";

describe("a state with resources that were made in part", () => {
  it("notes what AWS has of the aws-native plugin's resources, and leaves others alone", () => {
    const half = { custom: true, inputs: { name: "a", groups: ["g"] }, outputs: { name: "a" }, initErrors: ["failed"] };
    const whole = { urn: "whole", type: "aws-native:iam:Role", custom: true, inputs: { name: "b" }, outputs: {} };
    const native = { ...half, urn: "native", type: "aws-native:iam:User" };
    const other = { ...half, urn: "other", type: "aws:iam/accountAlias:AccountAlias" };
    const deployment: Deployment = { resources: [whole, native, other].map((resource) => structuredClone(resource)) };
    expect(noteWhatIsThere(deployment)).to.equal(true);
    const [first, second, third] = deployment.resources;
    expect([first, third]).to.eql([whole, other]);
    expect(second).to.deep.include({ inputs: { name: "a" } });
    expect(second?.outputs).to.have.nested.property("__inputs.plaintext", '{"name":"a"}');
    expect(second).not.to.have.property("initErrors");
  });
});
