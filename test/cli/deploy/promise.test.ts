import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import type { Look } from "../../../cli/aws/look.ts";
import { otherBrokenPromises } from "../../../cli/deploy/promise.ts";
import { parseSettings } from "../../../infra/settings.ts";
import { lookAt } from "../../support/look.ts";

describe("what carries the promise besides the service control policy", () => {
  const settings = () => {
    const { data } = parseSettings({
      organizationalUnits: ["ou-abcd-11111111"],
      authAccount: "222222222222",
      developmentAccounts: { payments: "444444444444" },
      exempt: { "payments/mail": { until: "2999-01-01", reason: "no role yet" } },
    });
    return data ?? expect.fail();
  };
  const user = (arn: string): Identity => ({
    ...{ type: "user", name: arn.replace(/.*[/]/, ""), path: "/", arn },
    ...{ inlinePolicies: [], managedPolicies: [], groups: [], tags: {} },
  });
  const look = (...users: Identity[]): Look => lookAt("payments", users);

  it("a user who is exempt and is not there is told of: whoever makes one of that name would be exempt", () => {
    const arn = "arn:aws:iam::444444444444:user/mail";
    expect(otherBrokenPromises(look(user(arn)), settings())).to.eql([]);
    const nobody = [{ kind: "exempt-nobody", name: "payments/mail", arn }];
    expect(otherBrokenPromises(look(), settings())).to.eql(nobody);
    expect(otherBrokenPromises(look(user("arn:aws:iam::444444444444:user/old/mail")), settings())).to.eql(nobody);
  });

  it("nothing is said of one whose account could not be looked into", () => {
    expect(otherBrokenPromises({ ...look(), identities: new Map() }, settings())).to.eql([]);
  });
});
