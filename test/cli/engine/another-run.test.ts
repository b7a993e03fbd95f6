import { expect } from "chai";

import { type FailedRun, waitBeforeAnother } from "../../../cli/engine/another-run.ts";

const transient = { halfMade: true, message: "ThrottlingException: Rate exceeded" };
const refused = { halfMade: true, message: "AccessDenied: not authorized to perform: iam:TagUser" };

const wait = (run: Partial<FailedRun>): number | undefined =>
  waitBeforeAnother({ taken: [], takenBefore: new Set(), failures: [], attempt: 1, ...run });

describe("a further run after one that has failed", () => {
  it("comes at once where resources were taken into the state, in any number of runs", () => {
    expect(wait({ taken: ["alice"], failures: [refused] })).to.equal(0);
    expect(wait({ taken: ["alice", "bob"], takenBefore: new Set(["alice"]), attempt: 9 })).to.equal(0);
  });

  it("does not come for resources alone that were taken in before", () => {
    expect(wait({ taken: ["alice"], takenBefore: new Set(["alice"]), failures: [transient] })).to.equal(undefined);
  });

  it("waits longer each time where all that has failed is half made, for what will pass, five runs at most", () => {
    expect([1, 2, 4, 5].map((attempt) => wait({ failures: [transient], attempt }))).to.eql([
      1000,
      2000,
      4000,
      undefined,
    ]);
  });

  it("does not come for what AWS refuses, for what is not there at all, and for nothing that is known", () => {
    expect(wait({ failures: [transient, refused] })).to.equal(undefined);
    expect(wait({ failures: [{ ...transient, halfMade: false }] })).to.equal(undefined);
    expect(wait({})).to.equal(undefined);
  });
});
