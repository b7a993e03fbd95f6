import { expect } from "chai";
import { readFile } from "node:fs/promises";

import { serviceControlPolicy } from "../infra/policies.ts";

describe("README", () => {
  it("prints the service control policy as it is", async () => {
    const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const [, json = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
    expect(JSON.parse(json)).to.eql(serviceControlPolicy());
  });
});
