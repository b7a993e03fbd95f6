import { expect } from "chai";

import { fitName, namedAccounts } from "../../infra/accounts-of-units.ts";

const account = (id: string, awsName: string) => ({ id, awsName, state: "ACTIVE" });
const names = (accounts: ReturnType<typeof account>[], developmentAccounts: Record<string, string> = {}) =>
  namedAccounts(accounts, { developmentAccounts }).map(({ name }) => name);

describe("the names of the units' accounts", () => {
  it("are those that AWS Organizations has, made fit", () => {
    expect(fitName("Payments (Prod)")).to.equal("payments-prod");
    expect(fitName("Zürich_2")).to.equal("zu-rich-2");
    expect(fitName("--a--")).to.equal("a");
    expect(fitName("開発")).to.equal("");
    expect(fitName("x".repeat(40))).to.have.length(32);
  });

  it("are those of the settings where they name the account", () => {
    expect(
      names([account("333333333333", "Team 1"), account("444444444444", "Team 2")], { mine: "333333333333" }),
    ).to.eql(["mine", "team-2"]);
  });

  it("are the ids where two would have one name, where nothing is left of it, and where it stands for another account", () => {
    const accounts = [
      account("333333333333", "Team A"),
      account("444444444444", "team.a"),
      account("555555555555", "開発"),
      account("666666666666", "Auth"),
      account("777777777777", "ops"),
    ];
    expect(names(accounts)).to.eql(["333333333333", "444444444444", "555555555555", "666666666666", "ops"]);
    expect(names([account("777777777777", "ops"), account("888888888888", "Eight")], { ops: "888888888888" })).to.eql([
      "777777777777",
      "ops",
    ]);
  });

  it("are never another account's id, since whoever administrates an account may name it in AWS", () => {
    expect(names([account("333333333333", "444444444444"), account("444444444444", "開発")])).to.eql([
      "333333333333",
      "444444444444",
    ]);
  });
});
