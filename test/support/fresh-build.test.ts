import { expect } from "chai";
import { resolve } from "node:path";

import { onlyUnitTests } from "./fresh-build.ts";

describe("what is built before tests", () => {
  it("is looked at unless nothing but unit tests was named", () => {
    expect(onlyUnitTests(["--no-parallel", "test/cli/terminal/tell.test.ts"])).to.equal(true);
    expect(onlyUnitTests(["test/!(end-to-end)/**/*.test.ts"])).to.equal(true);
    expect(onlyUnitTests(["test/end-to-end/list.test.ts"])).to.equal(false);
    expect(onlyUnitTests(["test/cli/terminal/tell.test.ts", "./test/end-to-end/list.test.ts"])).to.equal(false);
    expect(onlyUnitTests(["test/**/*.test.ts"])).to.equal(false);
  });

  it("however the paths are written", () => {
    const file = "test/end-to-end/list.test.ts";
    for (const end of [resolve(file), `--spec=${file}`, "test/./end-to-end/list.test.ts", "test/e*/list.test.ts"]) {
      expect(onlyUnitTests([end, "test/readme.test.ts"]), end).to.equal(false);
    }
    expect(onlyUnitTests(["test/readme.test.ts", "test/end-to-end"])).to.equal(false);
    expect(onlyUnitTests([resolve("test/infra/policies.test.ts"), "--spec=test/readme.test.ts"])).to.equal(true);
    expect(onlyUnitTests(["test/*.test.ts", "test/cli/**/*.test.ts"])).to.equal(true);
  });

  it("and always where nothing was named", () => {
    expect(onlyUnitTests([])).to.equal(false);
  });
});
