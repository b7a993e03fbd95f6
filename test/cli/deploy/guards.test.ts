import { expect } from "chai";

import { type StackBefore, stackBefore } from "../../../cli/changes/stack-before.ts";
import type { GuardOptions } from "../../../cli/deploy/guard-options.ts";
import { dangersInSettings, defaultRemovals } from "../../../cli/deploy/guards.ts";
import type { Danger } from "../../../cli/results/warning.ts";
import { settingsSchema } from "../../../infra/settings.ts";

const [sandbox, payments] = ["444444444444", "333333333333"];

/** The stack before the edit: alice, in these accounts. */
const stack: StackBefore = {
  ...stackBefore({ resources: [], accounts: new Map() }),
  developers: ["alice"],
  roles: ["developer-alice"],
  accounts: { auth: "222222222222", sandbox },
};

const settings = {
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox },
  developers: { alice: {} },
};

const dangers = (edit: object, before: Partial<StackBefore> = {}, options: GuardOptions = {}): Danger[] =>
  dangersInSettings({ ...stack, ...before }, settingsSchema.parse({ ...settings, ...edit }), options);

describe("the dangers that an edit of the settings shows without AWS", () => {
  it("are none where nothing or only somebody new is in it", () => {
    expect(dangers({})).to.eql([]);
    expect(dangers({ developers: { alice: {}, bob: {} } })).to.eql([]);
  });

  it("are accounts that stand for others, in the order of the settings, whatever order the state has", () => {
    const swapped = { developmentAccounts: { sandbox, payments } };
    for (const accounts of [
      { sandbox: payments, payments: sandbox },
      { payments: sandbox, sandbox: payments },
    ]) {
      expect(dangers(swapped, { accounts })).to.eql([
        { kind: "account-moved", refused: true, account: "sandbox", from: payments, to: sandbox },
        { kind: "account-moved", refused: true, account: "payments", from: sandbox, to: payments },
      ]);
    }
  });

  it("are accounts under another name, unless the stack has them by both", () => {
    const renamed = { developmentAccounts: { play: sandbox } };
    const danger = { kind: "account-renamed", refused: true, accountId: sandbox, from: "sandbox", to: "play" };
    expect(dangers(renamed)).to.eql([danger]);
    expect(dangers(renamed, { accounts: { ...stack.accounts, play: sandbox } })).to.eql([]);
  });

  it("are names that differ in case alone, since IAM takes them for one", () => {
    const danger = { kind: "recased", refused: true, type: "developer", from: "alice", to: "Alice" };
    expect(dangers({ developers: { Alice: {} } })).to.eql([danger]);
    expect(dangers({ rolePrefix: "Developer" })).to.eql([
      { ...danger, type: "role", from: "developer-alice", to: "Developer-alice" },
    ]);
  });

  it("are more removals than a slip of the hand explains; up to a limit of one's own they are told and not refused", () => {
    const before = { developers: ["alice", "bob", "carol", "dave", "erin"] };
    const danger = { kind: "removals", removed: 4, before: 5, limit: 3 };
    expect(dangers({}, before)).to.eql([{ ...danger, refused: true }]);
    expect(dangers({}, before, { maxRemovals: 4 })).to.eql([{ ...danger, refused: false }]);
    expect(dangers({}, before, { maxRemovals: 0 })).to.eql([{ ...danger, limit: 0, refused: true }]);
    expect(dangers({}, { developers: ["alice", "bob", "carol", "dave"] })).to.eql([]);
  });
});

describe("how many developers an edit may remove", () => {
  it("is three, or a fifth of the roster if that is more", () => {
    expect([0, 5, 15, 19, 20, 100].map(defaultRemovals)).to.eql([3, 3, 3, 3, 4, 20]);
  });
});
