import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Assignment } from "../../../infra/assignment.ts";
import { kitText, readKit } from "../../../cli/login/kit.ts";
import { Failure } from "../../../cli/failure.ts";
import { modulesRefused } from "../../support/modules.ts";

const assignment: Assignment = {
  userName: "jo+ann,jr@example.com",
  authAccount: "222222222222",
  roleName: "developer-jo+ann,jr@example.com",
  sessionDuration: 3600,
  accounts: { sandbox: "033333333333", payments: "444444444444" },
};

describe("a kit", () => {
  let directory: string;
  let path: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-kit-"));
    path = join(directory, "kit.md");
  });
  after(() => rm(directory, { recursive: true }));

  const page = "# Access\n\n---\n\nuserName: mallory\n";

  /** The error for a file with this text, or for a missing file. */
  async function problem(text: string | undefined, file = path): Promise<{ message: string; remedy?: string }> {
    if (text !== undefined) await writeFile(file, text);
    try {
      await readKit(file);
    } catch (error) {
      if (error instanceof Failure) return { message: error.message, remedy: error.remedy ?? "" };
      throw error;
    }
    throw new Error("it was expected to be refused");
  }

  it("gives back the assignment that it was made with", async () => {
    for (const made of [assignment, { ...assignment, contact: "Security: +81 3 / security@example.com" }]) {
      await writeFile(path, kitText(made, page));
      expect(await readKit(path)).to.eql(made);
    }
  });

  it("may have been through a mail program that writes other line ends, and a byte order mark", async () => {
    await writeFile(path, `\uFEFF${kitText(assignment, page).replaceAll("\n", "\r\n")}`);
    expect(await readKit(path)).to.eql(assignment);
  });

  it("is read without Pulumi and without the AWS SDK", async () => {
    await writeFile(path, kitText(assignment, page));
    const kit = JSON.stringify(new URL("../../../cli/login/kit.ts", import.meta.url).href);
    const program = `const { readKit } = await import(${kit}); console.log(JSON.stringify(await readKit(process.argv[1])));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program, path], {
      env: { ...process.env, ...modulesRefused("@pulumi/", "@aws-sdk/", "@smithy/") },
    });
    expect(JSON.parse(stdout)).to.eql(assignment);
  });

  const again = "Ask the administrator for the page again: mfa-admin guide NAME makes it.";
  const kit = (lines: string): string => `---\n${lines}\n---\n${page}`;
  const complete = [
    "userName: alice",
    'authAccount: "222222222222"',
    "roleName: developer-alice",
    "sessionDuration: 43200",
    'accounts: { sandbox: "333333333333" }',
  ];
  const changed = (from: string, to: string): string => kit(complete.join("\n").replace(from, to));

  it("of one who enters every account by a shared role may name none", async () => {
    await writeFile(path, changed('{ sandbox: "333333333333" }', "{}\nsharedRole: true\neveryAccount: true"));
    const { accounts, everyAccount } = await readKit(path);
    expect({ accounts, everyAccount }).to.eql({ accounts: {}, everyAccount: true });
  });

  const wrong: { what: string; text: string; says: string }[] = [
    { what: "a missing key", text: kit(complete.slice(1).join("\n")), says: "userName: this key is missing" },
    {
      what: "a key that there is none of",
      text: kit([...complete, "secret: x"].join("\n")),
      says: "secret: there is no such key",
    },
    {
      what: "an account id without quotes",
      text: changed('"222222222222"', "222222222222"),
      says: 'authAccount: this must be text, not a number; write it in quotes: "222222222222"',
    },
    {
      what: "an account id that is none",
      text: changed('"333333333333"', '"333"'),
      says: 'accounts.sandbox: an AWS account id has exactly 12 digits, not "333"',
    },
    {
      what: "no account",
      text: changed('{ sandbox: "333333333333" }', "{}"),
      says: "accounts: name one development account at least",
    },
    {
      what: "a user name that IAM refuses",
      text: changed("userName: alice", "userName: al ice"),
      says: "userName: a user name is 2 to 64 letters, digits and any of + = , . @ _ - (IAM's rule)",
    },
    {
      what: "YAML with a fault",
      text: changed('"222222222222"', '"222222222222'),
      says: 'this is not valid YAML: Missing closing "quote',
    },
  ];
  for (const { what, text, says } of wrong) {
    it(`with ${what} is refused, naming the key`, async () => {
      expect(await problem(text)).to.eql({ message: `${path}: ${says}`, remedy: again });
    });
  }

  it("with several faults is refused, naming each", async () => {
    const { message } = await problem(kit("userName: alice"));
    expect(message.split("\n")).to.eql(
      ["authAccount", "roleName", "sessionDuration", "accounts"].map((key) => `${path}: ${key}: this key is missing`),
    );
  });

  it("is told from a file that is none", async () => {
    for (const text of ["", page, "---\nuserName: alice\n", `\n${kit(complete.join("\n"))}`]) {
      expect(await problem(text)).to.eql({
        message: `${path} is no kit: it does not begin with a block of YAML between two lines of ---.`,
        remedy: "Give the page that the administrator has sent, as a file and unchanged.",
      });
    }
  });

  it("that is not there, or cannot be read, is said to be so", async () => {
    const remedy = "Give the page that the administrator has sent (mfa-admin guide NAME makes it).";
    const none = join(directory, "none.md");
    expect(await problem(undefined, none)).to.eql({ message: `There is no file ${none}.`, remedy });
    const folder = join(directory, "folder.md");
    await mkdir(folder);
    expect(await problem(undefined, folder)).to.eql({
      message: `${folder} cannot be read: EISDIR: illegal operation on a directory, read.`,
      remedy,
    });
  });
});
