import { expect } from "chai";

import { isRetired, retiredName } from "../../../cli/state/retired.ts";

describe("the name of a state that was moved away", () => {
  const time = new Date("2026-01-02T03:04:05.678Z");

  it("tells of which stack it was, and when", () => {
    expect(retiredName("main", time)).to.equal("main-moved-20260102T030405");
    expect(isRetired("main-moved-20260102T030405", "main")).to.equal(true);
    expect(isRetired("main-moved-20260102T030405", "ma")).to.equal(false);
    expect(isRetired("main-moved-elsewhere", "main")).to.equal(false);
    expect(isRetired("main", "main")).to.equal(false);
  });

  it("is no longer than Pulumi takes, however long that of the stack is", () => {
    const stack = "a".repeat(100);
    expect(retiredName(stack, time)).to.have.length(100);
    expect(isRetired(retiredName(stack, time), stack)).to.equal(true);
  });
});
