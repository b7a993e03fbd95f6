import { expect } from "chai";

import { warningOf } from "../../../cli/deploy/destroy-warning.ts";

describe("the warning before everything is deleted", () => {
  const before = { developers: ["alice"], organizationalUnits: ["ou-abcd-11111111"] };
  const project = { stack: "main", backendUrl: "file://./state" };

  it("counts one developer as one", () => {
    expect(warningOf(before, project)).to.equal(
      'This deletes 1 developer and the service control policy of the stack "main".',
    );
  });

  it("names nothing that the stack has not, and the organization that has the stack", () => {
    const theirs = { ...project, backendUrl: "https://api.pulumi.com", organization: "globex" };
    expect(warningOf({ ...before, developers: [], organizationalUnits: [] }, theirs)).to.equal(
      'This deletes what is left of the stack "globex/main".',
    );
  });
});
