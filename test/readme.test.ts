import { expect } from "chai";
import { readdir, readFile } from "node:fs/promises";

import { guardRailNames } from "../infra/guard-rails.ts";
import { serviceControlPolicy } from "../infra/policies.ts";

describe("README", () => {
  it("prints the service control policy as it is", async () => {
    const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const [, json = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
    expect(JSON.parse(json)).to.eql(serviceControlPolicy());
  });
});

describe("docs/guard-rails.md", () => {
  const text = readFile(new URL("../docs/guard-rails.md", import.meta.url), "utf8");

  it("has a heading for each guard rail", async () => {
    const headings = [...(await text).matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name);
    expect(headings).to.eql([...guardRailNames]);
  });

  it("names every file of test/attacks, and no other", async () => {
    const files = (await readdir(new URL("attacks", import.meta.url))).filter((name) => name.endsWith(".test.ts"));
    // The table of the policies stands above it.
    const [, attacks = ""] = (await text).split("## What each one stops");
    const named = [...attacks.matchAll(/`([a-z-]+)` *\|$|`([a-z-]+)` in `test\/attacks`/gm)].map(
      ([, inTable, inText]) => `${inTable ?? inText ?? ""}.test.ts`,
    );
    expect([...new Set(named)].sort()).to.eql(files.sort());
  });
});
