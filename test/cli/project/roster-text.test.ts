import { expect } from "chai";

import { type RosterEnd, withDevelopers, withoutDevelopers, withUntil } from "../../../cli/project/roster-text.ts";

const file = (...roster: string[]): string =>
  ["# top", "config:", "  other:list: [1,  2]  # odd", ...roster, "  other:key:   x", ""].join("\n");

describe("the text of the roster", () => {
  const added: { what: string; before: string[]; after: string[] }[] = [
    {
      what: "an empty roster",
      before: ["  mfa-admin:developers: {}"],
      after: ["  mfa-admin:developers:", "    bob: {}", "    carol: { accounts: [sandbox] }"],
    },
    {
      what: "an empty roster with a comment",
      before: ["  mfa-admin:developers: {} # nobody yet"],
      after: ["  mfa-admin:developers: # nobody yet", "    bob: {}", "    carol: { accounts: [sandbox] }"],
    },
    {
      what: "a roster without a value",
      before: ["  mfa-admin:developers:"],
      after: ["  mfa-admin:developers:", "    bob: {}", "    carol: { accounts: [sandbox] }"],
    },
    {
      what: "a roster of several lines each, indented otherwise, and with comments",
      before: [
        "  mfa-admin:developers:",
        "      alice: # contractor",
        "        accounts:",
        "        - sandbox # one",
        "",
      ],
      after: [
        "  mfa-admin:developers:",
        "      alice: # contractor",
        "        accounts:",
        "        - sandbox # one",
        "      bob: {}",
        "      carol: { accounts: [sandbox] }",
        "",
      ],
    },
    {
      what: "a roster whose last entry has no value",
      before: ["  mfa-admin:developers:", "    alice:", "  # next"],
      after: ["  mfa-admin:developers:", "    alice:", "    bob: {}", "    carol: { accounts: [sandbox] }", "  # next"],
    },
  ];
  for (const { what, before, after } of added) {
    it(`is added to in ${what}`, () => {
      const entries = { bob: {}, carol: { accounts: ["sandbox"] } };
      expect(withDevelopers(file(...before), entries)).to.equal(file(...after));
    });
  }

  it("is laid out anew where it was in braces or not there", () => {
    expect(withDevelopers("config:\n  mfa-admin:developers: { alice: {} }\n", { bob: {} })).to.equal(
      "config:\n  mfa-admin:developers:\n    alice: {}\n    bob: {}\n",
    );
    expect(withDevelopers("config:\n  a:b: c\n", { bob: {} })).to.equal(
      "config:\n  a:b: c\n  mfa-admin:developers:\n    bob: {}\n",
    );
  });

  it("has names in quotes that YAML would take for something else", () => {
    expect(
      withDevelopers(file("  mfa-admin:developers: {}"), { "1234": {}, no: {}, true: { accounts: ["5"] } }),
    ).to.equal(file("  mfa-admin:developers:", '    "1234": {}', '    "no": {}', '    "true": { accounts: ["5"] }'));
  });

  it("is added to at the end of a file without a last line break", () => {
    expect(withDevelopers("config:\n  mfa-admin:developers:\n    alice: {}", { bob: {} })).to.equal(
      "config:\n  mfa-admin:developers:\n    alice: {}\n    bob: {}",
    );
  });

  const removed: { what: string; names: string[]; before: string[]; after: string[] }[] = [
    {
      what: "one of several, with the comment above it",
      names: ["bob"],
      before: [
        "  mfa-admin:developers:",
        "    # the team",
        "    alice: {}",
        "    # on leave",
        "    bob: {} # back soon",
        "    carol:",
      ],
      after: ["  mfa-admin:developers:", "    # the team", "    alice: {}", "    carol:"],
    },
    {
      what: "several, of several lines each",
      names: ["carol", "alice"],
      before: [
        "  mfa-admin:developers:",
        "    alice:",
        "      accounts: [sandbox]",
        "    bob: {}",
        "    carol:",
        "      accounts:",
        "        - sandbox",
      ],
      after: ["  mfa-admin:developers:", "    bob: {}"],
    },
    {
      what: "all",
      names: ["alice", "bob"],
      before: ["  mfa-admin:developers: # the team", "    alice: {}", "    bob: {}"],
      after: ["  mfa-admin:developers: {} # the team"],
    },
  ];
  for (const { what, names, before, after } of removed) {
    it(`loses ${what}`, () => {
      expect(withoutDevelopers(file(...before), names)).to.equal(file(...after));
    });
  }

  it("loses a name in braces", () => {
    expect(withoutDevelopers("config:\n  mfa-admin:developers: {alice: {}, bob: {}}\n", ["bob"])).to.equal(
      "config:\n  mfa-admin:developers: {alice: {}}\n",
    );
  });
});

describe("the text of the roster with another end of somebody's access", () => {
  const all = ["sandbox", "payments"];
  const everything: RosterEnd = { name: "carol", until: "2027-01-31" };
  const payments: RosterEnd = { ...everything, account: { name: "payments", all } };
  const cases: { what: string; end: RosterEnd; before: string[]; after: string[] | undefined }[] = [
    {
      what: "an entry without anything",
      end: everything,
      before: ["    carol: {} # new"],
      after: ["    carol: { until: 2027-01-31 } # new"],
    },
    {
      what: "an entry left empty",
      end: everything,
      before: ["    carol:"],
      after: ["    carol: { until: 2027-01-31 }"],
    },
    { what: "an entry with ~", end: everything, before: ["    carol: ~"], after: ["    carol: { until: 2027-01-31 }"] },
    {
      what: "an entry with accounts",
      end: everything,
      before: ["    carol: { accounts: [sandbox] }  # contractor"],
      after: ["    carol: { until: 2027-01-31, accounts: [sandbox] }  # contractor"],
    },
    {
      what: "an entry that has a day",
      end: { ...everything, until: "2027-03-31+09:00" },
      before: ["    carol: { accounts: [sandbox], until: 2027-01-31 }"],
      after: ["    carol: { accounts: [sandbox], until: 2027-03-31+09:00 }"],
    },
    {
      what: "an entry of several lines",
      end: everything,
      before: ["    carol:", "      # hers", "      accounts:", "        - sandbox # one"],
      after: ["    carol:", "      # hers", "      until: 2027-01-31", "      accounts:", "        - sandbox # one"],
    },
    {
      what: "a list of accounts",
      end: payments,
      before: ["    carol: { accounts: [sandbox, payments] }"],
      after: ["    carol: { accounts: { sandbox: {}, payments: { until: 2027-01-31 } } }"],
    },
    {
      what: "a list of accounts, a line each",
      end: payments,
      before: ["    carol:", "      accounts:", "        - sandbox", "        - payments", "    dave: {}"],
      after: [
        "    carol:",
        "      accounts:",
        "        { sandbox: {}, payments: { until: 2027-01-31 } }",
        "    dave: {}",
      ],
    },
    {
      what: "every account",
      end: payments,
      before: ["    carol: {}"],
      after: ["    carol: { accounts: { sandbox: {}, payments: { until: 2027-01-31 } } }"],
    },
    {
      what: "a map of accounts",
      end: payments,
      before: ["    carol: { accounts: { sandbox: {}, payments: { until: 2026-12-31 } } }"],
      after: ["    carol: { accounts: { sandbox: {}, payments: { until: 2027-01-31 } } }"],
    },
    {
      what: "a map of accounts, a line each",
      end: payments,
      before: ["    carol:", "      accounts:", "        sandbox:", "        payments:"],
      after: ["    carol:", "      accounts:", "        sandbox:", "        payments: { until: 2027-01-31 }"],
    },
    { what: "an alias", end: everything, before: ["    bob: &all {}", "    carol: *all"], after: undefined },
    { what: "nobody of the name", end: everything, before: ["    bob: {}"], after: undefined },
  ];
  const roster = (lines: string[]): string => file("  mfa-admin:developers:", ...lines, "    zoe: {}");
  for (const { what, end, before, after } of cases) {
    it(`changes ${what}${after === undefined ? ": not, which is for a hand" : ", and no other line"}`, () => {
      expect(withUntil(roster(before), end)).to.equal(after && roster(after));
    });
  }
});
