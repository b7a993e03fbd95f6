import { expect } from "chai";

import { outputOf } from "../bench/measure.ts";
import { requireSameResources } from "../bench/same-resources.ts";
import { bareStack, ourStack, type Stack } from "../bench/stacks.ts";

describe("npm run bench", () => {
  const stacks: Stack[] = [];
  after(() => Promise.all(stacks.map((stack) => stack.close())));

  it("compares with a bare program that makes the same resources", async () => {
    const ours = await ourStack(1);
    stacks.push(ours);
    const bare = await bareStack(1);
    stacks.push(bare);
    await Promise.all([outputOf(ours.up), outputOf(bare.up)]);
    expect(await requireSameResources(ours.directory, bare.directory)).to.equal(10);
  });
});
