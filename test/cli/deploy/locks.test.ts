import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import { locks } from "../../../cli/deploy/locks.ts";
import { denials } from "../../../cli/engine/denials-in-aws.ts";
import { warningText } from "../../../cli/report/wording.ts";
import { lockPolicies } from "../../../infra/lock.ts";
import { denyWhileLocked, type Lock } from "../../../infra/policies.ts";
import { parseSettings } from "../../../infra/settings.ts";

const since = "2026-11-28T14:00:00Z";
const now = Date.parse("2026-12-01T00:00:00Z");

describe("who is locked, by what AWS has", () => {
  const { data: settings = expect.fail() } = parseSettings({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333" },
    developers: { alice: {}, bob: {} },
  });
  const user = (name: string, policies: Partial<Record<keyof typeof lockPolicies, Lock>>): Identity => ({
    ...{ type: "user", name, path: "/", arn: "", managedPolicies: [], groups: [], tags: {} },
    inlinePolicies: Object.entries(policies).map(([kind, lock]) => ({
      name: lockPolicies[kind as keyof typeof lockPolicies],
      document: denyWhileLocked(lock),
    })),
  });
  const found = (...users: Identity[]) => locks({ identities: new Map([["auth", users]]) }, settings, [], now);
  const told = (...users: Identity[]) => found(...users).map((warning) => warningText(warning, (text) => text));

  it("tells those together who were locked together", () => {
    const all = { all: { since, reason: "incident 42" } };
    expect(told(user("alice", all), user("bob", all))).to.eql([
      `alice and bob are locked since ${since} (incident 42): nothing at all is allowed to them. mfa-admin unlock --all lets them in again.`,
    ]);
  });
  it("tells both locks of one, each with how it ends", () => {
    const until = "2027-02-01T00:00:00Z";
    expect(told(user("alice", { one: { since, until }, all: { since } }))).to.eql([
      `alice is locked since ${since}: nothing at all is allowed to alice. It ends by itself at ${until}. mfa-admin unlock alice lets alice in again.`,
      `alice is locked since ${since}: nothing at all is allowed to alice. mfa-admin unlock --all lets alice in again.`,
    ]);
  });
  it("leaves out a lock that is over, and others' users", () => {
    const over = { one: { since, until: "2026-11-30T00:00:00Z" } };
    expect(found(user("alice", over), user("mallory", { one: { since } }))).to.eql([]);
  });
  it("is no alarm of what somebody else has put there, and none when it is over", () => {
    for (const lock of [{ since }, { since, until: "2026-11-30T00:00:00Z" }]) {
      const identities = new Map([["auth", [user("alice", { one: lock })]]]);
      const before = { held: [], given: { permissions: [], boundaries: [] } };
      expect(denials({ identities }, settings, before)).to.eql([]);
    }
  });
});
