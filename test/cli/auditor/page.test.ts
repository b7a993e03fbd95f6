import { createHash } from "node:crypto";

import { parse } from "csv-parse/sync";
import { expect } from "chai";

import { auditorCsv } from "../../../cli/auditor/csv.ts";
import { auditorPage } from "../../../cli/auditor/page.ts";
import { sectionNames, wordsIn } from "../../../cli/auditor/words.ts";
import { ja } from "../../../cli/auditor/ja.ts";
import { languages } from "../../../cli/language.ts";
import { accountLines, authLines, developerLines } from "../../../cli/matrix/lines.ts";
import type { AuditorReport } from "../../../cli/results/auditor-report.ts";
import { requireValidResult } from "../../support/results.ts";
import { settingsWith } from "../verify/documents.ts";
import { sample } from "./sample.ts";

/** A text in which somebody tries to become a part of the page. */
const hostile = `"'><img src=x onerror=alert(1)>`;

/** The same report with every text that is not of a fixed choice made hostile. */
function withHostileTexts(value: unknown, key = ""): unknown {
  const fixed = [
    "version",
    "kind",
    "standing",
    "inAws",
    "stopped",
    "state",
    "source",
    "level",
    "credentials",
    "expected",
  ];
  const choices = [...fixed, "got", "decidedBy", "operation", "change", "devices"];
  if (Array.isArray(value)) return value.map((one) => withHostileTexts(one, key));
  if (typeof value === "string") return choices.includes(key) || value === "*" ? value : `${value}${hostile}`;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withHostileTexts(one, name)]));
}

/** The text that people read: without tags, each space once. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/[\s\u00a0]+/g, " ");

/** End tags that do not belong to the element opened last, and elements that are never closed. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [tag, end, name = ""] of page.matchAll(/<(\/?)([a-z]\w*)[^>]*?>/g)) {
    if (tag.endsWith("/>") || ["meta", "br"].includes(name)) continue;
    if (end === "") open.push(name);
    else if (open.pop() !== name) wrong.push(tag);
  }
  return [...wrong, ...open];
}

describe("the page for an auditor", () => {
  it("is made of a report as its schema says", () => {
    requireValidResult("report", sample);
  });

  for (const language of languages) {
    describe(`in ${language}`, () => {
      let page: string;
      before(async () => {
        page = auditorPage(sample, await wordsIn(language));
      });

      it("is well formed, says its language, and has one h1, a main, a header, a footer and all sections", () => {
        expect(page).to.match(new RegExp(`^<!doctype html>\\s*<html lang="${language}">`));
        expect(unbalanced(page)).to.eql([]);
        for (const one of ["<h1>", "<main>", "<header>", "<footer>", "<nav "])
          expect(page.split(one)).to.have.length(2);
        expect([...page.matchAll(/<h2 id="(\w+)"/g)].map(([, id]) => id)).to.eql(["glance", ...sectionNames]);
      });

      it("has a caption for each table, and a scope and a role for each of its heads", () => {
        const count = (pattern: RegExp): number => [...page.matchAll(pattern)].length;
        expect(count(/<table /g)).to.be.greaterThan(8);
        expect(count(/<caption>/g)).to.equal(count(/<table /g));
        expect(count(/<th\s[^>]*scope="(?:col|row)"/g)).to.equal(count(/<th\s/g));
        expect(count(/<td\s[^>]*role="cell"[^>]*data-head="[^"]+"/g)).to.equal(count(/<td\s/g));
      });

      it("loads nothing, runs nothing, and forbids both, but for its very style sheet", () => {
        expect(page).not.to.match(/<script|<link|<img|<iframe|\son\w+=|\sstyle=|url\(|@import|https?:/i);
        expect([...page.matchAll(/\shref="([^"]*)"/g)].every(([, target = ""]) => target.startsWith("#"))).to.equal(
          true,
        );
        const [, style = ""] = /<style>([^]*)<\/style>/.exec(page) ?? [];
        const digest = createHash("sha256").update(style).digest("base64");
        expect(page).to.contain(`default-src 'none'; style-src 'sha256-${digest}'`);
      });

      it("leaves nobody's text in it but as text", async () => {
        const attacked = auditorPage(withHostileTexts(sample) as AuditorReport, await wordsIn(language));
        expect(attacked)
          .to.contain("&lt;img")
          .and.not.to.match(/<img|<[^>]*onerror(?![^"]*"[^>]*>)/);
        const tags = (html: string): number => [...html.matchAll(/<\/?[a-z]/g)].length;
        expect(tags(attacked)).to.equal(tags(page));
      });
    });
  }

  it("says in English who may what until when, what is known of their credentials, and what AWS has said", async () => {
    const text = textOf(auditorPage(sample, await wordsIn("en")));
    for (const said of [
      "Made at 2026-11-28 18:23 UTC",
      "0123456789abcdef0123456789abcdef01234567 , ! with changes that are not committed",
      "! 1 thing does not hold, of 339 promises.",
      "! 2 findings to see to. 2 known and meant.",
      "2 developers with 2 roles in 2 accounts. 2 roles with an end.",
      "! 1 of 2 developers has a device.",
      "2 active ones, the oldest 100 days old.",
      "! 1 of the 1 that the settings choose is in force; there are 7.".replace("! ", "✓ "),
      "alice sandbox 333333333333 developer-alice sessions of 90 minutes AdministratorAccess 333333333333:policy/team/own within the boundary 333333333333:policy/limit 2027-01-31 2026-11-20 ✓ as made locked: may do nothing now",
      "bob payments 444444444444 developer-bob sessions of 12 hours none 2027-01-31 15:00 UTC — ! not looked at",
      "alice auth on the roster locked since 2026-11-28 until 2026-11-30 : laptop lost ✓ virtual, passkey or security key, hardware token used 2026-11-01 set 2026-10-01 active, made 2026-08-20 , used 2026-11-27 for sts inactive, made 2026-08-01 , never used",
      "bob auth on the roster ! no such user in AWS — — —",
      "bot sandbox exempt from MFA until 2027-03-31 none none active, made 2026-09-01 , never used",
      "eve sandbox ! not on the roster ! none never used none",
      "MFA policy doing anything in the development accounts without MFA mfa-admin-require-mfa sandbox, payments ! not in force above payments",
      "root using the root user — — off by the settings",
      "alice user auth changed some time after 2026-11-20 permissions + arn:aws:iam::aws:policy/ReadOnlyAccess inline policy more: added",
      "Pending changes ! This could not be looked at.",
      "the root user access key iam:ListUsers s3:ListAllMyBuckets anything denied ✓ denied service control policy",
      "sts:AssumeRole role/developer-alice allowed ! denied not as expected no policy allows it",
      "the access role role session iam:ListUsers anything allowed ! not asked",
      "sandbox 2 documents ! differs 1 document policies of role developer-alice",
      "accepted until 2027-06-30: the auditor's",
    ]) {
      expect(text).to.contain(said);
    }
  });

  it("says it in Japanese, and marks what stays English", async () => {
    const page = auditorPage(sample, await wordsIn("ja"));
    const text = textOf(page);
    for (const said of [
      "アクセス報告書：main",
      "! 確認した 339 項目のうち、1 件が守られていません。",
      "セッション 90 分",
      "ロック中：現在は何もできません",
      "開発者 alice（ほか 2 人も同じ）",
      "ルートユーザー",
      "アクセスキーが古くなっています key-old",
    ]) {
      expect(text).to.contain(said);
    }
    expect(page).to.contain('<span lang="en">The IAM user eve in sandbox is not on the roster.</span>');
  });

  it("has a Japanese name for everybody whom the matrix is about", () => {
    const settings = settingsWith({
      guardRails: ["roles", "identities", "federation", "organization", "root", "auth", "outsiders"],
      exempt: { "sandbox/bot": { until: "2099-12-31", reason: "mail" } },
    });
    const classes = [
      { names: ["alice", "bob"], policies: [] },
      { names: ["carol"], policies: [] },
    ];
    const asked = [...developerLines(settings, classes), ...authLines(settings), ...accountLines(settings, "sandbox")];
    const untold = [...new Set(asked.map(({ caller }) => caller.who))].filter((who) => ja.who(who) === who);
    expect(untold).to.eql([]);
  });
});

describe("the report as CSV", () => {
  it("has every row of the report, each with its table's name", () => {
    const rows = parse<Record<string, string>>(auditorCsv(sample), { columns: true });
    const { access, people, guards, findings, drift = [], checks, matrix, compared, missed, accounts } = sample;
    expect(
      Object.fromEntries([...Map.groupBy(rows, ({ table }) => table)].map(([table, own]) => [table, own.length])),
    ).to.eql({
      ...{
        report: 1,
        accounts: accounts.length + 1,
        findings: findings.length,
        access: access.length,
        people: people.length,
      },
      ...{
        guards: guards.length,
        drift: drift.length,
        checks: checks.length,
        missed: missed.length,
        matrix: matrix.length,
      },
      compared: compared.length,
    });
    expect(rows.find(({ table }) => table === "access")).to.include({
      ...{ developer: "alice", ends: "2027-02-01T00:00:00Z", sessionDuration: "5400" },
      permissions: "arn:aws:iam::aws:policy/AdministratorAccess; arn:aws:iam::333333333333:policy/team/own",
    });
    expect(rows.find(({ user }) => user === "alice")?.["keys"]).to.equal(
      "active true, createdAt 2026-08-20T00:00:00.000Z, lastUsedAt 2026-11-27T00:00:00.000Z, lastUsedService sts; active false, createdAt 2026-08-01T00:00:00.000Z",
    );
  });

  it("has no cell that a spreadsheet takes for a formula", () => {
    const [missed] = sample.missed;
    const csv = auditorCsv({ ...sample, missed: [{ ...missed, what: "=cmd|'/C calc'!A0", reason: "", remedy: "" }] });
    expect(csv)
      .to.contain("'=cmd|")
      .and.not.to.match(/(^|,)"?=cmd/m);
  });
});
