import { expect } from "chai";

import { Rates } from "./rates.ts";

describe("sandbox: rate limits", () => {
  it("let as much through at once as the burst, and more as time passes, never beyond the burst", () => {
    const rates = new Rates();
    rates.set([{ service: "iam", actions: ["ListUsers", "GetUser"], perSecond: 2, burst: 2 }]);
    const admitted = (seconds: number, action = "ListUsers", service = "iam"): boolean =>
      rates.admit({ service, action, accountId: "222222222222" }, seconds * 1000);
    expect([admitted(0), admitted(0, "GetUser"), admitted(0), admitted(0.4)]).to.eql([true, true, false, false]);
    expect([admitted(0, "ListRoles"), admitted(0, "ListUsers", "sts")]).to.eql([true, true]);
    expect([admitted(0.5), admitted(0.5)]).to.eql([true, false]);
    expect([admitted(60), admitted(60), admitted(60)]).to.eql([true, true, false]);
  });
});
