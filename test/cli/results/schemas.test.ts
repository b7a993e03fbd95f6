import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { z } from "zod";

import { resultSchemas } from "../../../cli/results/index.ts";
import { expectGolden } from "../../support/golden.ts";
import { requireValidOutput, requireValidResult, schemaFile } from "../../support/results.ts";

const checkout = fileURLToPath(new URL("../../../", import.meta.url));

describe("the published JSON Schemas", () => {
  for (const [command, schema] of Object.entries(resultSchemas)) {
    it(`of ${command} is that of the types in the code`, async () => {
      const title = command === "error" ? "An error of mfa-admin" : `Result of mfa-admin ${command}`;
      const published = { title, ...z.toJSONSchema(schema) };
      await expectGolden(schemaFile(command), `${JSON.stringify(published, undefined, 2)}\n`);
    });
  }

  it("are one for each command, and one for errors", async () => {
    const files = await readdir(`${checkout}cli/commands`, { recursive: true });
    const commands = files.filter((file) => file.endsWith(".ts")).map((file) => file.replace(/\.ts$/, ""));
    const names = commands.filter((name) => name !== "credential-process").map((name) => name.replace("/", " "));
    expect(Object.keys(resultSchemas).sort()).to.eql([...names, "error"].sort());
    const published = await readdir(`${checkout}schemas`);
    expect(published.sort()).to.eql(
      Object.keys(resultSchemas)
        .map((name) => schemaFile(name).slice(8))
        .sort(),
    );
  });

  it("refuse what is none", () => {
    expect(() => {
      requireValidResult("preview", { version: 1, changes: [] });
    }).to.throw("schemas/preview.schema.json");
    expect(() => {
      requireValidOutput(["state", "move", "--json"], `{ "from": 1 }`);
    }).to.throw("schemas/state-move.schema.json");
    expect(() => {
      requireValidOutput(["up", "--json"], `{ "error": "none" }`);
    }).to.throw("schemas/error.schema.json");
  });
});
