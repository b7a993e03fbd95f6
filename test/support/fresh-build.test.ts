import { expect } from "chai";

import { onlyUnitTests } from "./fresh-build.ts";

describe("what is built before tests", () => {
  it("is looked at unless nothing but unit tests was named", () => {
    expect(onlyUnitTests(["--no-parallel", "test/cli/terminal/tell.test.ts"])).to.equal(true);
    expect(onlyUnitTests(["test/!(end-to-end)/**/*.test.ts"])).to.equal(true);
    expect(onlyUnitTests(["test/end-to-end/list.test.ts"])).to.equal(false);
    expect(onlyUnitTests(["test/cli/terminal/tell.test.ts", "./test/end-to-end/list.test.ts"])).to.equal(false);
    expect(onlyUnitTests(["test/**/*.test.ts"])).to.equal(false);
    expect(onlyUnitTests([])).to.equal(false);
  });
});
