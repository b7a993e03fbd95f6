import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect } from "chai";

describe("the process of a command", () => {
  /** The megabytes of V8's space for new objects after many were made and kept. */
  async function newSpaceAfter(preparation: string): Promise<number> {
    const program = `
      import { getHeapSpaceStatistics } from "node:v8";
      import { keepNewSpaceSmall } from ${JSON.stringify(fileURLToPath(new URL("../../bin/process.js", import.meta.url)))};
      ${preparation}
      const kept = Array.from({ length: 500_000 }, (_, index) => ({ index, text: String(index) }));
      const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
      console.log(kept.length > 0 ? space.physical_space_size / 2 ** 20 : undefined);
    `;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return Number(stdout);
  }

  it("keeps V8's space for new objects as it was at the start", async () => {
    expect(await newSpaceAfter("")).to.be.greaterThan(8);
    expect(await newSpaceAfter("keepNewSpaceSmall();")).to.be.lessThan(4);
  });
});
