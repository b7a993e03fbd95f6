import { expect } from "chai";

import { plainTable } from "../../../cli/terminal/table.ts";
import { wrapped } from "../../../cli/terminal/tell.ts";

const terminal = { isTTY: true, columns: 30 };
const table = (columns: number): string[] =>
  plainTable(["Developer", "Accounts", "MFA"], [["alice", "sandbox, payments and checkout", "none"]], {
    isTTY: true,
    columns,
  }).split("\n");

describe("text on a terminal", () => {
  it("breaks between words, and goes on below where it began", () => {
    const cases: [string, string][] = [
      ["nothing to break", "nothing to break"],
      ["one two three four five six seven", "one two three four five six\nseven"],
      ["Error: one two three four five six", "Error: one two three four five\n       six"],
      ["! one two three four five six seven", "! one two three four five six\n  seven"],
      ["  Label  one two three four five six", "  Label  one two three four\n         five six"],
      ["a.yaml:12: one two three four five", "a.yaml:12: one two three four\n           five"],
      [
        "\u001b[33m!\u001b[39m one two three four five six seven",
        "\u001b[33m!\u001b[39m one two three four five six\n  seven",
      ],
      ["  ログインします ログインしますログイン", "  ログインします\n  ログインしますログイン"],
    ];
    for (const [text, expected] of cases) expect(wrapped(text, terminal)).to.equal(expected);
  });

  it("breaks no word, however long, and no command, so that both can be copied", () => {
    const address = `https://example.com/${"a".repeat(40)}`;
    expect(wrapped(`Open ${address} now`, terminal)).to.equal(`Open\n${address}\nnow`);
    const command = "  aws sts get-caller-identity --profile sandbox";
    expect(wrapped(command, terminal)).to.equal(command);
  });

  it("stays as it is where nobody watches", () => {
    const text = "one two three four five six seven";
    expect(wrapped(text, { isTTY: false, columns: 30 })).to.equal(text);
    expect(wrapped(text, { isTTY: true })).to.equal(text);
  });
});

describe("a table on a terminal", () => {
  it("has columns as they are where they fit, and breaks the widest between words where not", () => {
    expect(table(80)).to.eql([
      "Developer  Accounts                        MFA",
      "alice      sandbox, payments and checkout  none",
    ]);
    expect(table(36)).to.eql([
      "Developer  Accounts             MFA",
      "alice      sandbox, payments    none",
      "           and checkout",
    ]);
  });

  it("is a list where a word would have to be broken", () => {
    expect(table(22)).to.eql(["alice", "  Accounts  sandbox, payments and checkout", "  MFA       none"]);
  });
});
