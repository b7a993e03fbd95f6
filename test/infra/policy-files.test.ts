import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { readPolicyFiles } from "../../infra/policy-files.ts";

const document = {
  Version: "2012-10-17" as const,
  Statement: [{ Effect: "Deny" as const, Action: "ec2:*", Resource: "*" }],
};

describe("the files of the organization's own policies", () => {
  let above: string;
  let directory: string;

  beforeEach(() => {
    above = mkdtempSync(join(tmpdir(), "mfa-admin-policies-"));
    directory = join(above, "project");
    mkdirSync(join(directory, "policies"), { recursive: true });
  });
  afterEach(() => {
    rmSync(above, { recursive: true });
  });

  const write = (file: string, content: string | Uint8Array = JSON.stringify(document)): void => {
    writeFileSync(join(directory, file), content);
  };
  /** The errors of the files, as one text. */
  const refused = (...files: string[]): string[] =>
    readPolicyFiles(directory, files).refused.map(({ index, problems }) => {
      const texts =
        typeof problems === "string" ? [problems] : problems.map(({ line, message }) => `${line ?? "?"}: ${message}`);
      return `${index}: ${texts.join("; ")}`;
    });

  it("are read in the order of the settings", () => {
    write("policies/b.json");
    write("a.json");
    expect(readPolicyFiles(directory, ["policies/b.json", "a.json"])).to.eql({
      policies: [
        { file: "policies/b.json", content: document },
        { file: "a.json", content: document },
      ],
      refused: [],
    });
  });

  it("have to be there, to be files, and to be no larger than a policy", () => {
    write("a.json");
    mkdirSync(join(directory, "policies/region.json"));
    write("policies/large.json", " ".repeat(300_000));
    expect(refused("none.json", "a.json/b.json", "policies/region.json", "policies/large.json")).to.eql([
      "0: there is no such file in the project's directory",
      "1: there is no such file in the project's directory",
      "2: it is a directory; name each file in it",
      "3: it has 300,000 bytes, which is no policy that AWS takes",
    ]);
  });

  it("are not outside of the project's directory, by a link neither, and no file is named twice by links", () => {
    writeFileSync(join(above, "secret.json"), JSON.stringify(document));
    write("a.json");
    symlinkSync(join(above, "secret.json"), join(directory, "link.json"));
    symlinkSync("a.json", join(directory, "b.json"));
    expect(refused("link.json", "a.json", "b.json")).to.eql([
      "0: a link leads out of the project's directory; the policy stands below it",
      "2: it is the same file as a.json; name it once",
    ]);
  });

  it("are in UTF-8 without a byte order mark, and not empty", () => {
    const text = JSON.stringify(document);
    write("bom.json", `\ufeff${text}`);
    write("utf-16.json", Buffer.from(`\ufeff${text}`, "utf16le"));
    write("latin.json", Buffer.from(text.replace("ec2", "é"), "latin1"));
    write("empty.json", "\n");
    expect(refused("bom.json", "utf-16.json", "latin.json", "empty.json")).to.eql([
      "0: ?: the file begins with a byte order mark; save it as UTF-8 without one",
      "1: ?: the file is in UTF-16; save it as UTF-8",
      "2: ?: the file is not in UTF-8; save it so",
      "3: ?: the file is empty",
    ]);
  });
});
