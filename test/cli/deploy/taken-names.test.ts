import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import type { Look } from "../../../cli/aws/look.ts";
import { madeByOthers, nameDangers, takenNames } from "../../../cli/deploy/taken-names.ts";
import { stackBefore } from "../../../cli/changes/stack-before.ts";
import { identityKey } from "../../../cli/changes/step.ts";
import { assignmentTags } from "../../../infra/assignment.ts";
import { parseSettings } from "../../../infra/settings.ts";
import { trust } from "../../sandbox/testing.ts";
import { lookAt } from "../../support/look.ts";

describe("a user of the stack whom somebody has deleted and made again", () => {
  const settings = () => {
    const { data } = parseSettings({
      organizationalUnits: ["ou-abcd-11111111"],
      authAccount: "222222222222",
      developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
      developers: { dave: {} },
    });
    return data ?? expect.fail();
  };
  const held = [{ account: "auth", type: "user", name: "dave", properties: {} }];
  const identity = (type: Identity["type"], name: string, more: Partial<Identity>): Identity => ({
    ...{ type, name, path: "/", arn: "", inlinePolicies: [], managedPolicies: [], groups: [], tags: {} },
    ...more,
  });
  const user = (tags: Record<string, string>, name = "dave"): Identity => identity("user", name, { tags });
  const role = (principal: string): Identity =>
    identity("role", "developer-dave", { document: JSON.parse(trust(principal)) as unknown });
  const [fresh, stale] = [role("arn:aws:iam::222222222222:user/dave"), role("AIDA1234567890EXAMPLE")];
  const look = (one: Identity, inSandbox: Identity[], inPayments: Identity[]): Pick<Look, "identities"> => ({
    identities: new Map([
      ["auth", [one]],
      ["sandbox", inSandbox],
      ["payments", inPayments],
    ]),
  });
  const names = (...found: Parameters<typeof look>): string[] =>
    madeByOthers(look(...found), held, settings()).map(({ name }) => name);

  it("is somebody else's where a role trusts who was there before, or none is there any more", () => {
    expect(names(user({}), [stale], [stale])).to.eql(["dave"]);
    expect(names(user({}), [fresh], [stale])).to.eql(["dave"]);
    expect(names(user({ team: "core" }), [], [])).to.eql(["dave"]);
  });

  it("is the stack's with its tags, which a run of ours gives, and without them where the roles let in nobody else", () => {
    const tags = assignmentTags(settings(), "dave");
    expect(names(user(tags), [stale], [stale])).to.eql([]);
    expect(names(user(tags), [], [])).to.eql([]);
    expect(names(user({}), [fresh], [fresh])).to.eql([]);
  });

  it("is in the way in another case, which no flag helps with", () => {
    const found = madeByOthers(look(user({}, "Dave"), [stale], []), held, settings());
    expect(nameDangers(found, { adopt: true }).map(({ kind }) => kind)).to.eql(["name-in-the-way"]);
  });

  it("is none of this where the stack has no such user", () => {
    expect(madeByOthers(look(user({}), [stale], []), [], settings())).to.eql([]);
  });
});

describe("a service control policy that is called as one of the organization's own is to be called", () => {
  const { data: settings = expect.fail() } = parseSettings({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333" },
    serviceControlPolicies: ["policies/region.json"],
  });
  const own = { account: "management", type: "own service control policy", name: "mfa-admin-own-region" };
  const look: Look = {
    ...lookAt("sandbox", []),
    policyNames: ["FullAWSAccess", own.name],
    identities: new Map(),
  };
  const before = { ...stackBefore({ resources: [], accounts: new Map() }) };

  it("is taken, but for the stack's own and for what a run was making when it died", () => {
    expect(takenNames(look, before, settings, new Set())).to.eql([own]);
    const held = [{ ...own, properties: {} }];
    expect(takenNames(look, { ...before, held }, settings, new Set())).to.eql([]);
    expect(takenNames(look, before, settings, new Set([identityKey(own)]))).to.eql([]);
  });
});
