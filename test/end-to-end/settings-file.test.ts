import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Administrator, initFlags } from "../support/harness.ts";

describe("the settings file", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice"] });
  });
  after(() => admin.close());

  it("is the engine's only one, whatever the environment says", async () => {
    await writeFile(join(admin.directory, "other.yaml"), "config:\n  mfa-admin:developers: { mallory: {} }\n");
    const env = { PULUMI_OPTION_CONFIG_FILE: "other.yaml", PULUMI_CONFIG: '{"mfa-admin:contact":"mallory"}' };
    const { stdout, stderr } = await admin.runWith({ env }, "preview", "--json");
    const { developers } = JSON.parse(stdout) as { developers: { name: string }[] };
    expect(
      developers.map(({ name }) => name),
      stderr,
    ).to.eql(["alice"]);
    expect(stdout).not.to.contain("mallory");
  });

  const wrong: { what: string; edit: [string | RegExp, string]; says: RegExp }[] = [
    {
      what: "a user name that IAM refuses",
      edit: ["alice: {}", '"al ice": {}'],
      says: /^Error: Pulumi\.main\.yaml:14: mfa-admin:developers\.al ice: a user name is 2 to 64 letters, digits and any of \+ = , \. @ _ - \(IAM's rule\)$/m,
    },
    {
      what: "a user name that differs from another only by case",
      edit: ["alice: {}", "alice: {}\n    Alice: {}"],
      says: /^Error: Pulumi\.main\.yaml:15: mfa-admin:developers\.Alice: IAM takes no two names that differ only by case, and "alice" is there already$/m,
    },
    {
      what: "a name twice",
      edit: ["alice: {}", "alice: {}\n    alice: {}"],
      says: /^Error: Pulumi\.main\.yaml:15: "alice" is there twice, first in line 14$/m,
    },
    {
      what: "a name that the engine would read differently",
      edit: ["alice: {}", "alice: {}\n    0712: {}"],
      says: /^Error: Pulumi\.main\.yaml:15: mfa-admin:developers\.0712: not every reader of YAML takes 0712 for text; write it in quotes: "0712"$/m,
    },
    {
      what: "a tag that IAM refuses",
      edit: ["config:", 'config:\n  mfa-admin:tags: { team: "R&D" }'],
      says: /^Error: Pulumi\.main\.yaml:3: mfa-admin:tags\.team: a tag's value is of letters, digits, spaces and any of _ \. : \/ = \+ - @ \(IAM's rule\), not R&D$/m,
    },
    {
      what: "an unknown account",
      edit: ["alice: {}", "alice: { accounts: [sandbox, nosuch] }"],
      says: /^Error: Pulumi\.main\.yaml:14: mfa-admin:developers\.alice\.accounts\.1: "nosuch" is not one of the development accounts \(sandbox, payments\)$/m,
    },
    {
      what: "an account id that is not 12 digits",
      edit: ['"222222222222"', '"22222222222"'],
      says: /^Error: Pulumi\.main\.yaml:7: mfa-admin:authAccount: an AWS account id has exactly 12 digits, not "22222222222"$/m,
    },
    {
      what: "an account id that YAML takes for a number",
      edit: ['"222222222222"', "222222222222"],
      says: /^Error: Pulumi\.main\.yaml:7: mfa-admin:authAccount: this must be text, not a number; write it in quotes: "222222222222"$/m,
    },
    {
      what: "a malformed id of an organizational unit",
      edit: ["ou-abcd-11111111", "ou_abcd"],
      says: /^Error: Pulumi\.main\.yaml:5: mfa-admin:organizationalUnits\.0: an organizational unit's id looks like ou-abcd-11111111, with 8 characters at least at its end, not ou_abcd$/m,
    },
    {
      what: "a wrong type",
      edit: [/developers:\n.*/, "developers: [alice]"],
      says: /^Error: Pulumi\.main\.yaml:13: mfa-admin:developers: this must be a map of user names, such as \{ alice: \{\}, bob: \{ accounts: \[sandbox\] \} \}, not a list$/m,
    },
    {
      what: "an unknown key of a developer",
      edit: [/developers:\n.*/, "developers:\n    alice: { acounts: [sandbox] }"],
      says: /^Error: Pulumi\.main\.yaml:14: mfa-admin:developers\.alice\.acounts: there is no such key; did you mean mfa-admin:developers\.alice\.accounts\?$/m,
    },
    {
      what: "an unknown key",
      edit: ["config:", "config:\n  mfa-admin:developper: {}"],
      says: /^Error: Pulumi\.main\.yaml:3: mfa-admin:developper: there is no such key; did you mean mfa-admin:developers\?$/m,
    },
    {
      what: "an unknown key of a developer",
      edit: ["alice: {}", "alice:\n      acounts: [sandbox]"],
      says: /^Error: Pulumi\.main\.yaml:15: mfa-admin:developers\.alice\.acounts: there is no such key/m,
    },
    {
      what: "a missing key",
      edit: [/ {2}mfa-admin:authAccount.*\n/, ""],
      says: /^Error: Pulumi\.main\.yaml:2: mfa-admin:authAccount: this key is missing$/m,
    },
    {
      what: "text that is no YAML",
      edit: ["config:", "config: {"],
      says: /^Error: Pulumi\.main\.yaml:\d+: this is not valid YAML: the \{ that stands here is not closed$/m,
    },
  ];

  it("with an emptied roster is taken for one with no developers, by the engine's program, too", async () => {
    const good = await admin.settings();
    await admin.editSettings((text) => text.replace("\n    alice: {}", ""));
    try {
      expect(await admin.settings()).to.match(/mfa-admin:developers:\n(?! )/);
      expect((await admin.json("list")).value).to.eql([]);
      expect((await admin.json("preview")).value).to.deep.include({ roster: { before: 0, after: 0 }, changed: true });
    } finally {
      await admin.editSettings(() => good);
    }
  });

  for (const { what, edit, says } of wrong) {
    it(`with ${what} is refused by key and line, before anything is done`, async () => {
      const good = await admin.settings();
      await admin.editSettings((text) => text.replace(...edit));
      const bad = await admin.settings();
      const from = admin.sandbox.requests.length;
      try {
        const { status, stdout, stderr } = await admin.run("up", "--yes");
        expect(stderr)
          .to.match(says)
          .and.match(/^Correct /m);
        expect({ status, stdout, requests: admin.sandbox.requests.length - from, file: await admin.settings() }).to.eql(
          {
            status: 1,
            stdout: "",
            requests: 0,
            file: bad,
          },
        );
      } finally {
        await admin.editSettings(() => good);
      }
    });
  }

  it("and Pulumi.yaml are told by their line alike where they are no YAML, by init too", async () => {
    const path = join(admin.directory, "Pulumi.yaml");
    const good = await readFile(path, "utf8");
    await writeFile(path, good.replace("runtime:", "runtime: {"));
    try {
      const other = initFlags(admin.sandbox).map((flag) => (flag === "main" ? "other" : flag));
      for (const args of [["list"], ["init", ...other], ["init", ...other, "--backend", "file://./.mfa-admin/state"]]) {
        const { status, stderr } = await admin.run(...args);
        expect(status).to.equal(1);
        expect(stderr).to.match(
          /^Error: Pulumi\.yaml:3: this is not valid YAML: the \{ that stands here is not closed\nCorrect Pulumi\.yaml; nothing was changed\.$/m,
        );
      }
    } finally {
      await writeFile(path, good);
    }
  });
});
