import { expect } from "chai";
import { access, chmod, chown, link, lstat, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { editSection } from "../../../cli/aws-files/ini-edit.ts";
import { headingsIn, parseIni, UnreadableIni } from "../../../cli/aws-files/ini.ts";
import { Failure } from "../../../cli/failure.ts";
import { removeLogins, ensureFreeProfiles, writeProfiles } from "../../../cli/login/profile.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";
import { Dice } from "../../support/dice.ts";
import { botocoreReads, type Reading, type Value } from "./botocore.ts";
import { generatedFile } from "./generated.ts";

const session = {
  ...{ accessKeyId: "ASIANEWNEWNEWNEWNEW1", secretAccessKey: "new", sessionToken: "token" },
  ...{ expires: "2026-01-01T00:00:00.000Z", account: "sandbox", roleArn: "", chained: false },
};

function isReadable(text: string): boolean {
  try {
    parseIni(text);
    return true;
  } catch (error) {
    if (error instanceof UnreadableIni) return false;
    throw error;
  }
}

/** Whether `after` has the lines of `before` in the same order, except empty lines and those that may be `gone`. */
function keeps(before: string, after: string, gone: (line: string) => boolean): boolean {
  const later = linesOf(after);
  let from = 0;
  return linesOf(before)
    .filter((line) => line !== "" && !gone(line))
    .every((line) => {
      from = later.indexOf(line, from) + 1;
      return from > 0;
    });
}
const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);

/** The sections that have options: a section without options counts as a missing one. */
function said(reading: Reading | undefined): Record<string, Record<string, Value>> {
  const all = Object.entries(reading?.sections ?? {});
  return Object.fromEntries(all.filter(([, options]) => Object.keys(options).length > 0));
}

function except<T>(all: Record<string, T> = {}, heading: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== heading));
}

describe("the AWS files are edited so that the AWS CLI finds what was meant, and all else as it was", () => {
  it("any key of any section of 1000 generated files is set and taken out", () => {
    const dice = new Dice(12);
    const made = Array.from({ length: 1000 }, (_, index) => {
      const before = generatedFile(dice, index % 2 === 0 ? "credentials" : "config");
      if (!isReadable(before)) return [];
      const headings = headingsIn(parseIni(before));
      const heading = dice.chance(0.3) || headings.length === 0 ? "added" : dice.pick(headings);
      const edit = Object.fromEntries(
        ["region", "aws_session_token", "s3", "fresh"]
          .filter(() => dice.chance(0.6))
          .map((key) => [key, dice.chance(0.4) ? undefined : dice.pick(["", "a=b", "x"])]),
      );
      try {
        return [{ before, heading, edit, after: editSection(before, heading, edit), refused: false }];
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return [{ before, heading, edit, after: before, refused: true }];
      }
    }).flat();
    const theirs = botocoreReads(made.flatMap(({ before, after }) => [before, after]));
    const refused = made.filter((one) => one.refused);
    expect(refused.length, JSON.stringify(refused.slice(0, 3))).to.be.below(made.length / 50);
    made.forEach(({ before, heading, edit, after, refused: isRefused }, index) => {
      if (isRefused) return;
      const note = JSON.stringify({ before, heading, edit, after });
      const [first, second] = [said(theirs[2 * index]), said(theirs[2 * index + 1])];
      const inherited = said(theirs[2 * index])[heading] ?? {};
      const own = second[heading];
      expect(except(second, heading), note).to.eql(except(first, heading));
      for (const [key, value] of Object.entries(edit)) {
        // A key that is taken out of its section may still be inherited from [DEFAULT].
        if (value === undefined && before.includes("[DEFAULT]")) continue;
        expect(own?.[key], note).to.equal(value);
      }
      for (const [key, value] of Object.entries(inherited)) {
        // A section that has no options any more is removed.
        if (!(key in edit) && own !== undefined) expect(own[key], note).to.eql(value);
      }
      const mayGo = (line: string): boolean => /region|token|s3|fresh|^\s+|\[/i.test(line);
      expect(keeps(before, after, mayGo), note).to.equal(true);
    });
  });

  describe("by login and logout", () => {
    const files = new OwnAwsFiles();
    const credentials = (): string => files.path("credentials");
    const ensureFree = (profile: string): Promise<void> =>
      ensureFreeProfiles([profile], undefined, () => Promise.resolve(false));

    it("in 600 generated files: the session is what the AWS CLI finds, and goes without a trace", async () => {
      const dice = new Dice(2026);
      const made: { before: string; during: string; after: string }[] = [];
      for (let count = 0; count < 600; count++) {
        // Marks of earlier logins (mfa_admin_) are renamed: logout would remove the sessions of those profiles as well.
        const before = generatedFile(dice, "credentials").replaceAll(/mfa_admin_/gi, "of_another_tool_");
        await writeFile(credentials(), before);
        try {
          await ensureFree("dev");
        } catch (error) {
          expect(error).to.be.instanceOf(Failure);
          expect(await readFile(credentials(), "utf8")).to.equal(before);
          continue;
        }
        await writeProfiles({ dev: session });
        const during = await readFile(credentials(), "utf8");
        await removeLogins();
        made.push({ before, during, after: await readFile(credentials(), "utf8") });
      }
      expect(made.length).to.be.above(250);
      const theirs = botocoreReads(made.flatMap(({ before, during, after }) => [before, during, after]));
      made.forEach(({ before, during, after }, index) => {
        const note = JSON.stringify({ before, during, after });
        const [first, second, third] = [0, 1, 2].map((offset) => said(theirs[3 * index + offset]));
        const dev = second?.["dev"] ?? {};
        expect(dev, note).to.include({
          aws_access_key_id: session.accessKeyId,
          aws_secret_access_key: session.secretAccessKey,
          aws_session_token: session.sessionToken,
        });
        expect(dev["aws_security_token"] ?? session.sessionToken, note).to.equal(session.sessionToken);
        expect(dev["region"], note).to.not.equal("");
        const others = except(first, "dev");
        expect(except(second, "dev"), note).to.eql(others);
        expect(except(third, "dev"), note).to.eql(others);
        const left = Object.keys(third?.["dev"] ?? {}).filter((key) =>
          /^(mfa_admin|aws_(sec|ses|acc)|x_sec)/.test(key),
        );
        if (!before.includes("[DEFAULT]")) expect(left, note).to.eql([]);
      });
    });

    it("a file without such a profile is the same, byte for byte, after a logout", async () => {
      const texts = [
        "[auth]\naws_access_key_id = AKIAMINEMINEMINEMIN1\n",
        "[auth]\r\naws_access_key_id = AKIAMINEMINEMINEMIN1",
        "# mine\n\n[auth]\n  AWS_ACCESS_KEY_ID: AKIAMINEMINEMINEMIN1\r\n\n\n# the end\n",
        "",
      ];
      for (const text of texts) {
        await writeFile(credentials(), text);
        await writeProfiles({ dev: session });
        expect(await readFile(credentials(), "utf8")).to.contain("ASIANEWNEWNEWNEWNEW1");
        await removeLogins();
        expect(await readFile(credentials(), "utf8")).to.equal(text);
      }
    });

    const mine = "aws_access_key_id = AKIAMINEMINEMINEMIN1\naws_secret_access_key = mine\n";
    it("a long-term key is never overwritten, however it is written, and never removed", async () => {
      const holders = [
        `[dev]\n${mine}`,
        `[dev]\n    ${mine.replace("\n", "\n    ")}`,
        `[dev]\n${mine.toUpperCase()}`,
        `[DEFAULT]\n${mine}[dev]\nregion = eu-west-1\n`,
        `[dev]\n${mine}aws_session_token = old\nmfa_admin_login = sandbox\n`,
        `[dev]\naws_secret_access_key = mine\naws_access_key_id =\n`,
      ];
      for (const text of holders) {
        await writeFile(credentials(), text);
        const refusal = await ensureFree("dev").catch((error: unknown) => error);
        expect(String(refusal), text).to.contain("The profile dev holds an access key, which would be lost.");
        await removeLogins();
        expect(await readFile(credentials(), "utf8")).to.match(/mine/i);
      }
      const over = `[dev]\n${mine}aws_session_token = old\nx_security_token_expires = 2026\nmfa_admin_login = sandbox\n`;
      await writeFile(credentials(), over);
      await removeLogins();
      expect(await readFile(credentials(), "utf8")).to.equal(`[dev]\n${mine}`);
    });

    it("a session that another tool has put in the place of ours stays at a logout", async () => {
      await writeProfiles({ dev: session });
      const theirs = (await readFile(credentials(), "utf8")).replaceAll(
        /^(aws_access_key_id) = .*/gm,
        "$1 = ASIATHEIRSTHEIRSTHE1",
      );
      await writeFile(credentials(), theirs);
      await removeLogins();
      const after = await readFile(credentials(), "utf8");
      expect(after).to.contain("ASIATHEIRSTHEIRSTHE1").and.contain("aws_session_token = token");
      expect(after).to.not.contain("mfa_admin_login");
    });

    it("what the AWS CLI would ask instead is seen wherever it stands", async () => {
      const places: [string, string][] = [
        ["", "[profile 'dev']\n  ROLE_ARN: arn\n"],
        ["[dev]\nrole_arn = arn\n", ""],
        ["", "[profile x]\n[profile dev]\nsso_account_id = 1\n"],
        ["", "[DEFAULT]\nweb_identity_token_file = /x\n[profile dev]\nregion = a\n"],
      ];
      for (const [inCredentials, inConfig] of places) {
        await writeFile(credentials(), inCredentials);
        await writeFile(join(files.directory, "config"), inConfig);
        const refusal = await ensureFree("dev").catch((error: unknown) => error);
        expect(String(refusal), inConfig).to.contain("which the AWS CLI would use instead.");
      }
    });

    it("no name of a profile makes a heading that means something else", async () => {
      for (const name of ["", " ", "a]b", "[x", "a\nb", " dev", "DEFAULT", 'a"b', "a#b"]) {
        const refusal = await ensureFree(name).catch((error: unknown) => error);
        expect(String(refusal), name).to.contain("cannot be the name of a profile.");
      }
      await ensureFree("my dev");
    });

    it("bytes that are no UTF-8 stay, where the AWS CLI reads such files, and are told by line elsewhere", async () => {
      const bytes = Buffer.concat([Buffer.from("[auth]\n# caf"), Buffer.from([0xe9]), Buffer.from("\nregion = a\n")]);
      await writeFile(credentials(), bytes);
      process.env["LC_ALL"] = "C.UTF-8";
      const refusal = await ensureFree("dev").catch((error: unknown) => error);
      expect(String(refusal)).to.contain("line 2: it is not in UTF-8");
      process.env["LC_ALL"] = "de_DE.ISO-8859-1";
      await writeProfiles({ dev: session });
      await removeLogins();
      expect(await readFile(credentials())).to.eql(bytes);
    });

    it("a file is written where its links lead, also to one that is not there yet, and keeps its other names", async () => {
      await symlink(join(files.directory, "elsewhere"), credentials());
      await ensureFree("dev");
      await writeProfiles({ dev: session });
      expect((await lstat(credentials())).isSymbolicLink()).to.equal(true);
      expect(await readFile(join(files.directory, "elsewhere"), "utf8")).to.contain("[dev]");
      await link(join(files.directory, "elsewhere"), join(files.directory, "second"));
      await removeLogins();
      expect(await readFile(join(files.directory, "second"), "utf8")).to.equal("");
    });

    it("the directory of a file is made where its link leads, when nothing is there yet", async () => {
      await symlink("dotfiles/aws", join(files.directory, ".aws"));
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(files.directory, ".aws", "credentials");
      await ensureFree("dev");
      await writeProfiles({ dev: session });
      expect(await readFile(join(files.directory, "dotfiles", "aws", "credentials"), "utf8")).to.contain("[dev]");
    });

    it("nothing but a regular file is replaced", async () => {
      await mkdir(credentials());
      const refusal = await ensureFree("dev").catch((error: unknown) => error);
      expect(String(refusal)).to.match(/credentials cannot be (read|written): it is a directory\./);
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
      const device = await ensureFree("dev").catch((error: unknown) => error);
      expect(String(device)).to.contain("/dev/null cannot be written: it is not a regular file.");
    });

    it("~ and variables in the name of a file are put in as the AWS CLI does", async () => {
      process.env["HOME"] = files.directory;
      process.env["WHERE"] = "work";
      for (const name of ["~/work", "$HOME/${WHERE}", "~/$WHERE"]) {
        process.env["AWS_SHARED_CREDENTIALS_FILE"] = name;
        await writeProfiles({ dev: session });
        expect(await readFile(join(files.directory, "work"), "utf8")).to.contain("[dev]");
        await rm(join(files.directory, "work"));
      }
    });

    it("a file whose directory cannot be written to is written in place", async () => {
      await writeFile(credentials(), "");
      const user = process.geteuid?.() ?? 0;
      // Root can write to any directory, so the test writes as another user.
      if (user === 0) for (const path of [credentials(), files.directory]) await chown(path, 65_534, 65_534);
      await chmod(files.directory, 0o500);
      if (user === 0) process.seteuid?.(65_534);
      // Root writes where no other user can enter the temporary directory.
      await access(credentials()).catch(() => process.seteuid?.(user));
      try {
        await writeProfiles({ dev: session });
      } finally {
        process.seteuid?.(user);
        await chmod(files.directory, 0o700);
      }
      expect(await readFile(credentials(), "utf8")).to.contain("[dev]");
    });
  });
});
