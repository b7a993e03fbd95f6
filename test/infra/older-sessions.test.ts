import { expect } from "chai";

import { deniesEverything } from "../../infra/older-sessions.ts";
import { denyEverything, denyOlderSessions } from "../../infra/policies.ts";

const policy = (statement: object): object => ({ Version: "2012-10-17", Statement: statement });

describe("a policy on a user or role that is not weakened by the end of sessions", () => {
  it("is one that lets nobody do anything, in any form", () => {
    expect(deniesEverything(denyEverything())).to.equal(true);
    expect(deniesEverything(policy({ Effect: "Deny", Action: ["*"], Resource: ["*"] }))).to.equal(true);
  });

  it("is none that somebody has given the same name, and that allows, or denies a part or for a time", () => {
    for (const statement of [
      { Effect: "Allow", Action: "*", Resource: "*" },
      { Effect: "Deny", Action: "s3:*", Resource: "*" },
      { Effect: "Deny", NotAction: "iam:*", Resource: "*" },
      { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:::logs" },
    ]) {
      expect(deniesEverything(policy(statement)), JSON.stringify(statement)).to.equal(false);
    }
    expect(deniesEverything(denyOlderSessions(new Date()))).to.equal(false);
    expect(deniesEverything(undefined)).to.equal(false);
  });
});
