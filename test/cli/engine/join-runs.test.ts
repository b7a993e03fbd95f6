import { expect } from "chai";

import { joinedPasses, joinedRuns } from "../../../cli/engine/join-runs.ts";
import type { Change } from "../../../cli/results/change.ts";
import type { RunResult } from "../../../cli/results/run.ts";

const change = (operation: Change["operation"], name: string): Change => ({
  ...{ operation, account: "auth", type: "user", name },
  ...{ properties: [], policies: [] },
});

describe("the result of several runs of the engine", () => {
  it("has the changes of all, and counts none of them as unchanged in the last one", () => {
    const earlier = [change("create", "alice"), change("create", "bob")];
    const last = { changes: [change("create", "carol")], unchanged: 5 };
    expect(joinedRuns(earlier, last)).to.eql({ changes: [...earlier, ...last.changes], unchanged: 3 });
  });

  it("counts a resource once that several runs have changed, and none that an earlier run has deleted", () => {
    const earlier = [change("create", "alice"), change("update", "alice"), change("delete", "dave")];
    expect(joinedRuns(earlier, { changes: [], unchanged: 4 }).unchanged).to.equal(3);
    expect(joinedRuns(earlier, { changes: [change("update", "alice")], unchanged: 4 }).unchanged).to.equal(4);
  });

  it("is that of the only run where there is one", () => {
    const only = { changes: [change("update", "alice")], unchanged: 2 };
    expect(joinedRuns([], only)).to.eql(only);
  });
});

describe("the result of a refresh in two passes", () => {
  it("has what either has found, once, and counts as unchanged what neither has", () => {
    const [first, again, later] = [change("update", "alice"), change("delete", "alice"), change("update", "bob")];
    const passes: [RunResult, RunResult] = [
      { changes: [first], unchanged: 4, seconds: 2 },
      { changes: [again, later], unchanged: 3, seconds: 1 },
    ];
    expect(joinedPasses(...passes)).to.eql({ changes: [first, later], unchanged: 3, seconds: 3 });
  });
});
