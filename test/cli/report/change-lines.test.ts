import { expect } from "chai";

import { changeLines } from "../../../cli/report/change-lines.ts";
import { lossesText } from "../../../cli/report/access-text.ts";
import type { Change } from "../../../cli/results/change.ts";
import type { DeveloperChange } from "../../../cli/results/report.ts";

const role = (developer: string, account: string, operation: Change["operation"] = "create"): Change => ({
  ...{ operation, account, type: "role", name: `developer-${developer}`, developer },
  ...{ properties: [], policies: [] },
});

const lines = (changes: Change[], accounts: number): string[] =>
  changeLines(changes, { accounts, stream: process.stderr });

describe("the lines of changes", () => {
  const accounts = ["sandbox", "payments", "search"];

  it("are one for each, as long as they are few", () => {
    const changes = ["alice", "bob"].flatMap((name) => accounts.map((account) => role(name, account)));
    expect(lines(changes, 12)).to.have.length(6);
  });

  it("have people with the same accounts together, where they would be many", () => {
    const people = ["alice", "bob", "carol"].flatMap((name) => accounts.map((account) => role(name, account)));
    const others = ["dave", "erin", "frank", "grace"].flatMap((name) =>
      ["web", "mobile"].map((account) => role(name, account)),
    );
    expect(lines([...people, ...others], 12)).to.eql([
      "  + 3 accounts  3 roles: developer-alice, developer-bob, developer-carol in sandbox, payments and search",
      "  + 2 accounts  4 roles: developer-dave, developer-erin, developer-frank, developer-grace in web and mobile",
    ]);
  });
});

describe("what a question says of losses", () => {
  const person = (name: string, change: DeveloperChange["change"], ...lost: string[]): DeveloperChange => ({
    ...{ name, change, access: [] },
    changes: lost.map((account) => role(name, account, "delete")),
  });

  it("is who loses all, and who loses which accounts", () => {
    const developers = [person("bob", "removed", "sandbox"), person("carol", "changed", "payments")];
    expect(lossesText({ developers, accounts: 3 })).to.equal("bob loses all access; carol loses payments.");
  });

  it("has those together who lose the same", () => {
    const developers = ["a", "b", "c", "d", "e", "f"].map((name) => person(name, "changed", "payments", "search"));
    expect(lossesText({ developers, accounts: 3 })).to.equal(
      "6 developers (a, b, c and 3 more) lose payments, search.",
    );
  });

  it("is nothing where nobody loses anything", () => {
    expect(lossesText({ developers: [person("alice", "added")], accounts: 3 })).to.equal("");
  });
});
