import { expect } from "chai";

import { closest } from "../../cli/closest.ts";

describe("a near miss", () => {
  it("is a letter that is left out, added or exchanged, or two that have changed places", () => {
    for (const typed of ["dve", "davee", "dafe", "daev", "adve"]) {
      expect(closest(typed, ["alice", "dave"]), typed).to.equal("dave");
    }
  });

  it("is none where as much differs as is the same", () => {
    for (const typed of ["dora", "evad", "x"]) expect(closest(typed, ["alice", "dave"]), typed).to.equal(undefined);
  });
});
