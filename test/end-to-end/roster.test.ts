import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

describe("the roster", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
  });
  after(() => admin.close());

  const refusals: { what: string; args: string[]; says: RegExp }[] = [
    {
      what: "a user name that IAM refuses",
      args: ["add-developer", "al ice"],
      says: /^Error: "al ice" will not do: a user name is 2 to 64 letters, digits and any of \+ = , \. @ _ - \(IAM's rule\)\.\nChoose another name\.\n$/,
    },
    {
      what: "a user name that is too long for the role's",
      args: ["add-developer", "a".repeat(60)],
      says: /^Error: "a{60}" will not do: the role's name, developer-a{60}, would be longer than IAM's 64 characters\.\nChoose another name\.\n$/,
    },
    {
      what: "a user name that differs from one in the roster only by case",
      args: ["add-developer", "ALICE"],
      says: /^Error: "ALICE" differs from "alice" only by case, and IAM takes the two for one name\.\nChoose another name\.\n$/,
    },
    {
      what: "two names that differ only by case",
      args: ["add-developer", "bob", "Bob"],
      says: /^Error: "Bob" differs from "bob" only by case, and IAM takes the two for one name\.\nChoose another name\.\n$/,
    },
    {
      what: "a name that is there already",
      args: ["add-developer", "bob", "alice"],
      says: /^Error: alice is in the roster already\.\nEdit developers\.alice in Pulumi\.main\.yaml to change the accounts, or run mfa-admin reset-password alice for a new password\.\n$/,
    },
    {
      what: "a name given twice",
      args: ["add-developer", "bob", "bob"],
      says: /^Error: bob is given twice\.\nName everybody once\.\n$/,
    },
    {
      what: "a name given twice to be removed",
      args: ["remove-developer", "alice", "alice"],
      says: /^Error: alice is given twice\.\nName everybody once\.\n$/,
    },
    {
      what: "an unknown account",
      args: ["add-developer", "bob", "--account", "nosuch"],
      says: /^Error: There is no development account "nosuch"\.\nThe accounts are: sandbox, payments\.\n$/,
    },
    {
      what: "to remove somebody who is not in it",
      args: ["remove-developer", "bob"],
      says: /^Error: bob is not in the roster\.\nmfa-admin list shows who is\.\n$/,
    },
    {
      what: "to remove somebody by a name with a slip in it, suggesting the right one",
      args: ["remove-developer", "alce"],
      says: /^Error: alce is not in the roster\.\nDid you mean alice\?\n$/,
    },
  ];

  for (const { what, args, says } of refusals) {
    it(`refuses ${what}, before anything is done or has to be confirmed`, async () => {
      const before = await admin.settings();
      const { status, stdout, stderr } = await admin.run(...args);
      expect(stderr).to.match(says);
      expect({ status, stdout, file: await admin.settings(), changes: admin.changesSince(0) }).to.eql({
        status: 1,
        stdout: "",
        file: before,
        changes: [],
      });
    });
  }

  it("gets a line for each new name, and every other line of the file stays as it is", async () => {
    const text = [
      "# who may do what",
      "encryptionsalt: v1:a=:v1:b:c",
      "config:",
      "  # another program's key",
      "  other:key: [1,  2]   # spaced so",
      "  mfa-admin:developers: # the team",
      "    # since 2019",
      "    alice: { accounts: [sandbox] } # payments is not hers",
      "  mfa-admin:developmentAccounts: {sandbox: '333333333333', payments: \"444444444444\"}",
      '  mfa-admin:authAccount: "222222222222"',
      "",
      "  mfa-admin:organizationalUnits:",
      "  - ou-abcd-11111111",
      "",
    ].join("\n");
    await admin.editSettings(() => text);
    await admin.succeed("add-developer", "bob", "--no-up");
    await admin.succeed("add-developer", "carol", "dave", "--account", "payments", "--account", "sandbox", "--no-up");
    const { stdout } = await admin.succeed("list", "--roster");
    const afterwards = (await admin.settings()).split("\n");
    const kept = afterwards.filter((line) => !/^ {4}(bob|carol|dave)/.test(line));
    expect(kept).to.eql(text.split("\n"));
    expect(afterwards.filter((line) => !kept.includes(line))).to.eql([
      "    bob: {}",
      "    carol: { accounts: [payments, sandbox] }",
      "    dave: { accounts: [payments, sandbox] }",
    ]);
    expect(stdout)
      .to.match(/^bob +sandbox, payments$/m)
      .and.to.match(/^carol +payments, sandbox$/m);
    expect(admin.changesSince(0)).to.eql([]);
  });

  it("is whole after a crash in the middle of an edit: the old file stays, and the next edit works", async () => {
    const before = await admin.settings();
    // The process is killed at the moment when it would rename the new file over the old one.
    const crash =
      "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';" +
      "const crash = () => process.kill(process.pid, 'SIGKILL');" +
      "Object.assign(fs, { rename: crash, renameSync: crash }); fs.promises.rename = crash; syncBuiltinESMExports();";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}` };
    const { status } = await admin.runWith({ env }, "add-developer", "erin", "--no-up");
    expect(status).to.equal(null);
    expect(await admin.settings()).to.equal(before);
    await admin.succeed("add-developer", "erin", "--no-up");
    expect(await admin.settings()).to.contain("    erin: {}\n");
  });

  it("--no-up edits the roster only, and says what comes next", async () => {
    const { stdout } = await admin.succeed("add-developer", "frank", "--no-up");
    expect(stdout).to.equal(
      "Added to Pulumi.main.yaml: frank. mfa-admin preview shows what up would do.\n" +
        "After up, mfa-admin reset-password frank makes the one-time password.\n",
    );
    const { value } = await admin.json("add-developer", "grace", "--no-up");
    expect(value).to.eql({ added: ["grace"], applied: false });
    expect(admin.changesSince(0)).to.eql([]);
  });
});
