import { expect } from "chai";

import { manyAccountsNote } from "../../../cli/report/many-accounts.ts";

const accounts = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_value, index) => [`a-${index}`, String(300000000000 + index)]));

describe("the note on many accounts", () => {
  it("says from 50 accounts on what a run costs, and what a shared role is", () => {
    expect(manyAccountsNote({ developmentAccounts: accounts(49), roles: undefined })).to.equal(undefined);
    const note = manyAccountsNote({ developmentAccounts: accounts(60), roles: undefined });
    expect(note).to.match(
      /^Note: 60 development accounts take each run that changes something about 4\.0 GB of memory and 13 s, .*roles: shared/,
    );
  });

  it("says nothing where the role is shared", () => {
    expect(manyAccountsNote({ developmentAccounts: accounts(60), roles: "shared" })).to.equal(undefined);
  });
});
