import { expect } from "chai";

import { accountsText } from "../../cli/accounts-text.ts";
import { cutOffLines } from "../../cli/developers/cut-off.ts";
import { handoverPage } from "../../cli/onboarding/handover.ts";
import { developerTable } from "../../cli/developers/developer-table.ts";

describe("many accounts on a line", () => {
  const ten = Array.from({ length: 10 }, (_, index) => `account-${index + 1}`);

  it("are named where they are few, counted where they are all, and begun otherwise", () => {
    expect(accountsText(["sandbox", "payments"], 2)).to.equal("sandbox, payments");
    expect(accountsText(ten, 10)).to.equal("all 10 accounts");
    expect(accountsText(ten.slice(2), 10)).to.equal("account-3, account-4, account-5 and 5 more");
  });

  it("keep the table of list, the hand-over and a removal within 80 columns", () => {
    const rows = [
      { userName: "alice", accounts: ten },
      { userName: "bob", accounts: ten.slice(5) },
    ];
    const roles = Object.fromEntries(ten.map((name, index) => [name, `arn:aws:iam::${index}:role/developer-alice`]));
    const handover = { userName: "alice", signInAddress: "https://222222222222.signin.aws.amazon.com/console", roles };
    const cut = {
      userName: "alice",
      found: true,
      accessKeys: 1,
      password: true,
      mfaDevices: 1,
      failed: [],
      unreached: [],
    };
    const [ended = ""] = cutOffLines({ ...cut, sessions: ten });
    const texts = [developerTable(rows, 10), handoverPage([{ handover, password: { file: "passwords" } }])];
    expect(texts.join("\n"))
      .to.contain("alice      all 10 accounts")
      .and.contain("Role               developer-alice in all 10 accounts");
    expect(
      Math.max(
        ...texts
          .join("\n")
          .split("\n")
          .map((line) => line.length),
      ),
    ).to.be.at.most(80);
    expect(ended).to.contain("Sessions ended in all 10 accounts.");
  });

  it("are not called all where something has failed", () => {
    const failed = [{ part: "sessions in account-10", reason: "AccessDenied: no." }];
    const cut = { userName: "alice", found: true, accessKeys: 1, password: true, mfaDevices: 1, unreached: [] };
    const [ended] = cutOffLines({ ...cut, failed, sessions: ten.slice(0, 9) });
    expect(ended).to.contain("Sessions ended in account-1, account-2, account-3 and 6 more.");
  });
});
