import { expect } from "chai";

import { cutOffLines } from "../../../cli/developers/cut-off.ts";
import { deletionLines, removalQuestion } from "../../../cli/deploy/removal-words.ts";

describe("the question of remove-developer", () => {
  const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`account-${index + 1}`, `${index}`]));
  const two = { sandbox: "3", payments: "4" };
  const leaving = (userName: string, roles: string[], accounts: Record<string, string> = two) => ({
    userName,
    accounts,
    own: { user: true, roles },
  });

  it("tells one from several: users, roles and accounts", () => {
    expect(removalQuestion([leaving("bob", ["sandbox"])])).to.equal(
      "End all access of bob now, and delete the user and 1 role (in sandbox)?",
    );
    expect(removalQuestion([leaving("bob", [])])).to.equal("End all access of bob now, and delete the user?");
    expect(removalQuestion([leaving("bob", ["sandbox", "payments"]), leaving("carol", ["sandbox"])])).to.equal(
      "End all access of bob, carol now, and delete 2 users and 3 roles (in payments, sandbox)?",
    );
  });

  it("does not name forty", () => {
    const all = Array.from({ length: 40 }, (_, index) => leaving(`dev-${index + 1}`, Object.keys(ten), ten));
    expect(removalQuestion(all)).to.equal(
      "End all access of 40 developers (dev-1, dev-2, dev-3 and 37 more) now, and delete 40 users and 400 roles (in all 10 accounts)?",
    );
    expect(deletionLines(all)).to.eql(["Now 40 users and 400 roles (in all 10 accounts) are deleted."]);
  });

  it("promises to delete nothing that the stack has not", () => {
    const none = { userName: "ghost", accounts: two, own: { user: false, roles: [] } };
    expect(removalQuestion([none])).to.equal("End all access of ghost now?");
    expect(deletionLines([none])).to.eql([]);
    expect(deletionLines([{ ...none, own: { user: false, roles: ["sandbox"] } }])).to.eql([
      "Now 1 role (in sandbox) is deleted.",
    ]);
  });
});

describe("what a removal says that it has ended", () => {
  const nothing = { accessKeys: 0, password: false, mfaDevices: 0 };
  const cut = { userName: "bob", found: true, ...nothing, sessions: [], failed: [], unreached: [] };
  const failed = [{ part: "everything in the auth account", reason: "AccessDenied: no." }];
  const unreached = [
    { account: "sandbox", accountId: "3", reason: "AccessDenied: no.", until: "2030-01-01T00:00:00Z" },
  ];

  it("is what was there", () => {
    expect(cutOffLines({ ...cut, accessKeys: 2, mfaDevices: 1 })).to.eql([
      "bob: access ended. Deleted: 2 access keys, no password, 1 MFA device.",
    ]);
    expect(cutOffLines(cut)).to.eql(["bob: access ended. There was no access key, password or MFA device."]);
  });

  it("is a part where something was refused or not reached, of which nothing is claimed", () => {
    expect(cutOffLines({ ...cut, found: false, unreached })[0]).to.equal(
      "bob: has no user and no role where it could be looked for.",
    );
    expect(cutOffLines({ ...cut, failed })[0]).to.equal("bob: access NOT ended in full.");
    expect(cutOffLines({ ...cut, failed, accessKeys: 1, sessions: ["payments"] })[0]).to.equal(
      "bob: access NOT ended in full. Deleted: 1 access key. Sessions ended in payments.",
    );
    expect(cutOffLines({ ...cut, unreached, accessKeys: 1, sessions: ["payments"] })[0]).to.equal(
      "bob: access NOT ended in full. Deleted: 1 access key, no password, no MFA device. Sessions ended in payments.",
    );
  });
});
