import { expect } from "chai";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readKit } from "../../cli/login/kit.ts";
import { AwsCli } from "../sandbox/aws-cli.ts";
import { Developer } from "../support/developer.ts";
import { expectGolden } from "../support/golden.ts";
import { Administrator } from "../support/harness.ts";
import { modulesRefused } from "../support/modules.ts";

const golden = (name: string): Promise<string> => readFile(new URL(`guide/${name}`, import.meta.url), "utf8");

const assignment = {
  userName: "alice",
  authAccount: "222222222222",
  roleName: "developer-alice",
  sessionDuration: 43200,
  accounts: { sandbox: "333333333333", payments: "444444444444" },
  contact: "security@example.com",
};

describe("guide", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    await admin.editSettings((text) => text.replace("config:", "config:\n  mfa-admin:contact: security@example.com"));
  });
  after(() => admin.close());

  const inLocale = (env: Record<string, string | undefined>, ...args: string[]) =>
    admin.runWith({ env: { LC_ALL: undefined, LC_MESSAGES: undefined, LANG: undefined, ...env } }, "guide", ...args);

  for (const language of ["en", "ja"]) {
    it(`prints the page for this very developer: ${language}`, async () => {
      expect(await admin.run("guide", "alice", "--language", language)).to.eql({
        status: 0,
        stdout: await golden(`alice.${language}.md`),
        stderr: "",
      });
    });
  }

  for (const language of ["en", "ja"]) {
    it(`leads the other way round where access keys need MFA: ${language}`, async () => {
      const plain = await admin.settings();
      const hardened = "config:\n  mfa-admin:accessKeys: with-mfa\n  mfa-admin:mfaMaxAge: 7200\n";
      await admin.editSettings((text) => text.replace("config:\n", hardened));
      const { stdout } = await admin.succeed("guide", "alice", "--language", language);
      await expectGolden(`test/end-to-end/guide/alice-with-mfa.${language}.md`, stdout);
      const path = new URL(`guide/alice-with-mfa.${language}.md`, import.meta.url).pathname;
      expect(await readKit(path)).to.eql({ ...assignment, accessKeys: "with-mfa", mfaMaxAge: 7200 });
      await writeFile(admin.settingsFile, plain);
    });
  }

  it("says the same line by line in both languages, so that they can be compared side by side", async () => {
    // Both languages share what is not in words: the values, the commands, the addresses, and the paragraphs.
    const shape = async (language: string): Promise<string[][]> =>
      (await readFile(new URL(`../../cli/onboarding/guide/${language}.md`, import.meta.url), "utf8"))
        .split("\n")
        .map((line) => [
          /^ *(#+|-|\d\.|```\w*)? ?/.exec(line)?.[0] ?? "",
          ...(line.match(/\{\{\w+\}\}|`[^`]+`/g) ?? []),
        ]);
    expect(await shape("ja")).to.eql(await shape("en"));
  });

  it("needs the settings file alone: neither AWS, nor its SDK, nor Pulumi", async () => {
    const env = {
      ...modulesRefused("@aws-sdk/", "@smithy/", "@pulumi/"),
      PULUMI_CONFIG_PASSPHRASE: undefined,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    };
    const { status, stderr } = await admin.runWith({ env }, "guide", "alice");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect((await admin.runWith({ env }, "up", "--yes")).stderr).to.contain("refused by the test");
    expect(admin.sandbox.requests).to.eql([]);
  });

  const locales: { env: Record<string, string>; language: string }[] = [
    { env: {}, language: "en" },
    { env: { LANG: "ja_JP.UTF-8" }, language: "ja" },
    { env: { LANG: "ja" }, language: "ja" },
    { env: { LANG: "jam_JM.UTF-8" }, language: "en" },
    { env: { LANG: "de_DE.UTF-8" }, language: "en" },
    { env: { LC_MESSAGES: "ja_JP.eucJP", LANG: "en_US.UTF-8" }, language: "ja" },
    { env: { LC_ALL: "C", LC_MESSAGES: "ja_JP.UTF-8", LANG: "ja_JP.UTF-8" }, language: "en" },
    { env: { LC_ALL: "", LC_MESSAGES: "", LANG: "ja_JP.UTF-8" }, language: "ja" },
  ];
  for (const { env, language } of locales) {
    const locale = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    it(`takes the language from the locale: ${locale.join(" ") || "none"} is ${language}`, async () => {
      expect((await inLocale(env, "alice")).stdout).to.equal(await golden(`alice.${language}.md`));
    });
  }

  it("--language counts more than the locale, and takes no other", async () => {
    const { stdout } = await inLocale({ LC_ALL: "ja_JP.UTF-8" }, "alice", "--language", "en");
    expect(stdout).to.equal(await golden("alice.en.md"));
    const { status, stderr } = await admin.run("guide", "alice", "--language", "fr");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: "Error: Expected --language=fr to be one of: en, ja.\nSee --help for the arguments and flags.\n",
    });
  });

  it("names nobody to ask when the settings don't", async () => {
    const named = await admin.settings();
    await admin.editSettings((text) => text.replace(/ {2}mfa-admin:contact:.*\n/, ""));
    const { stdout } = await admin.succeed("guide", "alice", "--language", "en");
    const lines = (await golden("alice.en.md")).split("\n");
    expect(stdout.split("\n")).to.eql(lines.filter((line) => !line.includes("security@example.com")));
    await writeFile(admin.settingsFile, named);
  });

  it("--output writes it to a file, over an older page", async () => {
    await writeFile(join(admin.directory, "page.md"), "older");
    const { stdout } = await admin.succeed("guide", "alice", "--language", "ja", "--output", "page.md");
    expect(stdout).to.equal("The page for alice is in page.md.\n");
    expect(await readFile(join(admin.directory, "page.md"), "utf8")).to.equal(await golden("alice.ja.md"));
  });

  it("says so when the file cannot be written", async () => {
    const { status, stderr } = await admin.run("guide", "alice", "--output", "no/such/page.md");
    expect(status).to.equal(1);
    expect(stderr).to.match(/^Error: no\/such\/page\.md cannot be written: ENOENT.*\.\nName another place\.\n$/);
  });

  it("--json gives the assignment, the sign-in address and the page", async () => {
    expect(await admin.json("guide", "alice", "--language", "en")).to.eql({
      status: 0,
      value: {
        assignment,
        signInAddress: "https://222222222222.signin.aws.amazon.com/console",
        page: await golden("alice.en.md"),
      },
    });
  });

  it("refuses a name that is not in the roster", async () => {
    expect(await admin.run("guide", "bob")).to.eql({
      status: 1,
      stdout: "",
      stderr: "Error: bob is not in the roster.\nmfa-admin list shows who is.\n",
    });
  });

  it("makes pages that are kits: what readKit reads is the developer's assignment", async () => {
    for (const language of ["en", "ja"]) {
      const path = new URL(`guide/alice.${language}.md`, import.meta.url).pathname;
      expect(await readKit(path)).to.eql(assignment);
    }
  });

  describe("for developers who were let in", () => {
    const pages = (): string => join(admin.directory, "pages");

    it("is written by add-developer --kit-directory, a page each, in a directory that is made if need be", async () => {
      const { stdout } = await admin.succeed(
        ...["add-developer", "bob", "carol", "--account", "sandbox", "--yes"],
        ...["--kit-directory", "pages", "--language", "en"],
      );
      expect(stdout).to.contain("  Instructions     in pages, a page for each\n");
      for (const name of ["bob", "carol"]) {
        const { stdout: page } = await admin.succeed("guide", name, "--language", "en");
        expect(await readFile(join(pages(), `${name}.md`), "utf8")).to.equal(page);
        expect(page).to.contain(`User name: \`${name}\``).and.not.to.contain("payments");
      }
    });

    it("has a block for ~/.aws/config by which the AWS CLI asks for a code and works in the account", async () => {
      const bob = await Developer.enrol(admin.sandbox, "bob");
      const cli = await AwsCli.install(admin.sandbox.endpoint);
      const [, block = ""] = /^```ini\n(.*?)^```$/ms.exec(await readFile(join(pages(), "bob.md"), "utf8")) ?? [];
      await mkdir(join(cli.directory, ".aws"));
      await writeFile(join(cli.directory, ".aws", "config"), block);
      await cli.succeed("configure set --profile auth aws_access_key_id", bob.accessKey.accessKeyId);
      await cli.succeed("configure set --profile auth aws_secret_access_key", bob.accessKey.secretAccessKey);
      const { code, stdout } = await cli.onTerminal(
        "sts get-caller-identity --profile sandbox",
        "Enter MFA code for arn:aws:iam::222222222222:mfa/bob:",
        bob.nextCode(),
      );
      await cli.remove();
      expect(code, stdout).to.equal(0);
      expect(stdout).to.contain("arn:aws:sts::333333333333:assumed-role/developer-bob/bob");
    });

    it("leaves nobody without a password when it cannot be written: it says what to run", async () => {
      await mkdir(join(pages(), "dave.md"));
      const { status, stderr } = await admin.run("add-developer", "dave", "--yes", "--kit-directory", "pages");
      expect(status).to.equal(1);
      expect(stderr.slice(stderr.indexOf("Error:"))).to.match(
        /^Error: pages\/dave\.md cannot be written: .*\.\nFor the pages and the one-time passwords run: mfa-admin guide dave, mfa-admin reset-password dave\.\n$/,
      );
    });

    it("is refused before anything is done where there can be no such directory, or nothing is applied", async () => {
      const before = await admin.settings();
      const from = admin.sandbox.requests.length;
      await writeFile(join(admin.directory, "file"), "");
      expect((await admin.run("add-developer", "erin", "--yes", "--kit-directory", "file/pages")).stderr).to.match(
        /^Error: file\/pages cannot be written: .*\/file is not a directory\.\nName another directory in --kit-directory\.\n$/,
      );
      expect((await admin.run("add-developer", "erin", "--no-up", "--kit-directory", "pages")).stderr).to.equal(
        "Error: --no-up cannot also be provided when using --kit-directory.\nSee --help for the arguments and flags.\n",
      );
      expect(await admin.settings()).to.equal(before);
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
    });
  });
});
