import { expect } from "chai";

import { chooseAccounts, requireAccount } from "../../../cli/login/choose-account.ts";

const named = {
  userName: "bob",
  authAccount: "222222222222",
  roleName: "developer",
  sessionDuration: 43200,
  accounts: { sandbox: "333333333333" },
  sharedRole: true as const,
};
const every = { ...named, accounts: {}, everyAccount: true as const };

describe("the account of a login", () => {
  it("that is given by the id of one that has a name is told by that name", () => {
    expect(() => {
      requireAccount(named, "333333333333");
    }).to.throw("333333333333 is your account sandbox.");
    expect(() => {
      requireAccount(named, "444444444444");
    }).to.throw('No account "444444444444" is assigned to you. Yours: sandbox.');
    requireAccount(every, "444444444444");
  });

  it("is with --all each one that has a name; where none has, that is told before a code is spent", () => {
    expect(chooseAccounts(named)).to.eql(["sandbox"]);
    expect(() => chooseAccounts(every)).to.throw("Every account is assigned to you");
    expect(() => chooseAccounts({ ...named, accounts: {} })).to.throw("No account is assigned to you.");
  });
});
