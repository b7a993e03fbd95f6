import { expect } from "chai";
import { z } from "zod";

import { previewReportSchema } from "../../../cli/results/report.ts";
import { expectGolden } from "../../support/golden.ts";
import { requireValidReport, schemaFile } from "./report-schema.ts";

describe("the published JSON Schema of a preview", () => {
  it("is that of the types in the code", async () => {
    await expectGolden(schemaFile, `${JSON.stringify(z.toJSONSchema(previewReportSchema), undefined, 2)}\n`);
  });

  it("refuses what is no report", () => {
    expect(() => {
      requireValidReport({ version: 1, changes: [] });
    }).to.throw("schemas/preview.schema.json");
  });
});
