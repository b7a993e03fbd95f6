import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { AttachUserPolicyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import type { AxeResults } from "axe-core";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import type { Browser, Page } from "playwright-core";

import { readPolicy } from "../../cli/ci/role-policies.ts";
import type { AuditorReport } from "../../cli/results/auditor-report.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, trust } from "../sandbox/testing.ts";
import type { Role } from "../sandbox/index.ts";
import { startBrowser } from "../support/browser.ts";
import { Administrator } from "../support/harness.ts";
import { readingRoles } from "../support/ci-roles.ts";

const withEnds = (text: string): string =>
  text
    .replace("  mfa-admin:developers:", "  mfa-admin:guardRails: [roles, identities]\n  mfa-admin:developers:")
    .replace("bob: {}", "bob: { accounts: { sandbox: { until: 2099-01-31 } } }");

describe("report", () => {
  let admin: Administrator;
  let commit: string;
  /** The environment of a CI job that may only read. */
  let job: Record<string, string>;

  before(async () => {
    admin = await Administrator.withStack({ passphrase: true, developers: ["alice", "bob"], edit: withEnds });
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
        cwd: admin.directory,
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", "Pulumi.yaml", "Pulumi.main.yaml");
    git("commit", "--quiet", "--message", "first");
    commit = git("rev-parse", "HEAD").trim();
    job = await readingRoles(admin);
  });
  after(() => admin.close());

  const files = { en: "report.en.html", ja: "report.ja.html" };
  const page = (language: keyof typeof files): string => join(admin.directory, files[language]);

  it("writes one page of what AWS, the state and git have, by CI's reading roles, and changes nothing", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const bot = admin.sandbox.userInMemberAccount("333333333333", "bot", [ADMINISTRATOR_ACCESS]);
    await iam.send(new CreateUserCommand({ UserName: "eve" }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "alice", PolicyArn: ADMINISTRATOR_ACCESS }));
    await admin.editSettings((text) => text.replace("alice: {}", "alice: {}\n    carol: { accounts: [sandbox] }"));
    const [before, from] = [await admin.files(), admin.sandbox.requests.length];
    const args = ["report", "--json", "--language", "en", "--output", files.en];
    const { status, stdout, stderr } = await admin.runWith({ env: job }, ...args);
    // Lines of progress are left out: they are shown only on a slow machine.
    const told = stderr.replaceAll(/^ {2}.+\n/gm, "");
    expect({ status, told, changes: admin.changesSince(from) }).to.eql({ status: 0, told: "", changes: [] });
    const html = await readFile(page("en"), "utf8");
    expect(await admin.files()).to.eql({ ...before, [files.en]: html });

    const report = JSON.parse(stdout) as AuditorReport;
    expect(report).to.deep.include({ clean: false, complete: true, missed: [], commit: { id: commit, changed: true } });
    expect(report.madeBy).to.match(/^arn:aws:sts::111111111111:assumed-role\/mfa-admin-ci-preview\//);
    expect(report.access.map((row) => `${row.developer} ${row.account} ${row.ends ?? ""} ${row.inAws}`)).to.eql([
      "alice sandbox  as made",
      "alice payments  as made",
      "bob sandbox 2099-02-01T00:00:00Z as made",
      "carol sandbox  not there",
    ]);
    expect(report.people.map(({ account, user, standing }) => `${account}/${user} ${standing}`)).to.include.members([
      ...["auth/alice on the roster", "auth/eve not on the roster", "sandbox/bot not on the roster"],
    ]);
    expect(report.guards.filter(({ state }) => state === "in force").map(({ name }) => name)).to.eql([
      ...["mfa", "roles", "identities"],
    ]);
    expect(report.findings.map(({ source, kind }) => `${source} ${kind}`)).to.include.members([
      ...["verify developer-permissions", "audit not-on-roster", "alarm permissions"],
    ]);
    expect(report.drift?.map(({ operation, name }) => `${operation} ${name}`)).to.eql(["update alice"]);
    expect(report.pending?.map(({ operation, name }) => `${operation} ${name}`)).to.eql([
      ...["create carol", "create developer-carol"],
    ]);
    expect(report.matrix.length).to.be.greaterThan(50);
    expect(html).to.contain(commit).and.not.to.contain(bot.secretAccessKey);
  });

  it("tells in it an account that can't be reached, a right and a passphrase that are missing, and goes on with the rest; what it does meanwhile is shown past two seconds", async () => {
    const { organization } = admin.sandbox;
    const role = organization.account("333333333333").roles.get("mfa-admin-ci-read");
    role?.inlinePolicies.set("read", JSON.stringify(readPolicy()).replace('"iam:GetCredentialReport",', ""));
    const closed = { ...(role as Role), trustPolicy: trust("arn:aws:iam::444444444444:root") };
    organization.account("444444444444").roles.add(closed);
    const env = { ...job, PULUMI_CONFIG_PASSPHRASE: undefined, LC_ALL: "ja_JP.UTF-8" };
    const from = admin.sandbox.requests.length;
    admin.sandbox.setLatency(2500, "ListSAMLProviders");
    const { status, stdout, stderr } = await admin.runWith({ env }, "report", "--json", "--output", files.ja);
    admin.sandbox.setLatency(0, "ListSAMLProviders");
    expect(stderr).to.match(/^ *Asking AWS for the report: [1-3] parts, [2-9] s$/m);
    expect({ status, changes: admin.changesSince(from) }).to.eql({ status: 1, changes: [] });
    const { complete, accounts, missed, people, drift, access } = JSON.parse(stdout) as AuditorReport;
    expect({ complete, drift }).to.eql({ complete: false, drift: undefined });
    expect(accounts.map(({ name, reached }) => `${name} ${reached}`)).to.eql([
      ...["auth true", "sandbox true", "payments false"],
    ]);
    const set = "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.";
    expect(missed.map(({ what, remedy }) => `${what}: ${remedy}`)).to.include.members([
      `drift (refresh --preview-only): ${set}`,
      `pending changes (preview): ${set}`,
      "the credential report of sandbox: The right iam:GetCredentialReport is missing; mfa-admin init --ci github writes the policies that have it.",
      "account payments: Let the access role of that account be assumed, or, where the settings name the account, take it out of them.",
    ]);
    expect(people.map(({ user }) => user)).to.include("alice");
    expect(access.find(({ account }) => account === "payments")?.inAws).to.equal("not looked at");
    const html = await readFile(page("ja"), "utf8");
    expect(html).to.contain('<html lang="ja">').and.to.contain("iam:GetCredentialReport is missing");

    const csv = await admin.runWith({ env }, "report", "--format", "csv");
    const rows = parse<Record<string, string>>(csv.stdout, { columns: true });
    expect(csv.status).to.equal(1);
    // The status of 1 has its reasons beside it, wherever the report goes.
    expect(csv.stderr).to.contain("! Not looked at: the credential report of sandbox. ");
    expect(rows.filter(({ table }) => table === "access").map(({ developer }) => developer)).to.eql(
      access.map(({ developer }) => developer),
    );
    expect(rows.filter(({ table }) => table === "missed").map(({ what }) => what)).to.eql(
      missed.map(({ what }) => what),
    );
  });

  it("refuses a place that it can't write to before it asks AWS", async () => {
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.run("report", "--output", "nowhere/report.html");
    expect(status).to.equal(1);
    expect(stderr).to.match(/^Error: nowhere\/report\.html cannot be written: .*\nName another place\.\n$/);
    expect(admin.sandbox.requests.length).to.equal(from);
  });

  describe("in a browser", () => {
    let browser: Browser;
    before(async () => {
      browser = await startBrowser();
    });
    after(() => browser.close());

    const views = [
      // Each width, scheme and language is looked at by axe once: it takes seconds.
      ...[{ language: "en", width: 375, colorScheme: "dark", byAxe: true } as const],
      ...[{ language: "en", width: 1280, colorScheme: "dark", byAxe: false } as const],
      ...[{ language: "ja", width: 375, colorScheme: "light", byAxe: false } as const],
      ...[{ language: "ja", width: 1280, colorScheme: "light", byAxe: true } as const],
    ];
    for (const { language, width, colorScheme, byAxe } of views) {
      it(`${byAxe ? "is accessible and " : ""}fits a width of ${width}, ${colorScheme}, ${language}`, async () => {
        const { opened, asked, told } = await open(browser, page(language), { width, colorScheme });
        if (byAxe) expect(await axe(opened)).to.eql([]);
        expect(await widest(opened)).to.be.at.most(width);
        const paper = await styleOf(opened, "html", "backgroundColor");
        expect(paper).to.equal(colorScheme === "dark" ? "rgb(22, 24, 28)" : "rgb(255, 255, 255)");
        // A row is shown as a card on a phone, and the table's column headers keep their roles.
        expect(await styleOf(opened, "td", "display")).to.equal(width < 720 ? "grid" : "table-cell");
        expect(await opened.getByRole("columnheader").count()).to.be.greaterThan(20);
        expect({ asked, told }).to.eql({ asked: [pathToFileURL(page(language)).href], told: [] });
        await opened.context().close();
      });
    }

    it("prints on A4, the heads of a table on each page, and no row on two", async () => {
      const { opened } = await open(browser, page("en"), { width: 1280, colorScheme: "dark" });
      await opened.emulateMedia({ media: "print" });
      expect(await styleOf(opened, "thead", "display")).to.equal("table-header-group");
      expect(await styleOf(opened, "tbody tr", "breakInside")).to.equal("avoid");
      expect(await styleOf(opened, "body", "color")).to.equal("rgb(0, 0, 0)");
      expect(await styleOf(opened, "nav", "display")).to.equal("none");
      const pdf = (await opened.pdf({ preferCSSPageSize: true })).toString("latin1");
      const sizes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, ...size]) => size.map(Number));
      expect(sizes.length).to.be.greaterThan(3);
      // The sizes are in points; A4 is 210 by 297 millimetres.
      for (const [wide = 0, high = 0] of sizes) expect([Math.round(wide), Math.round(high)]).to.eql([595, 842]);
      await opened.context().close();
    });
  });
});

/** Opens a file in the browser, and records the page's requests, console messages and errors. */
async function open(
  browser: Browser,
  path: string,
  { width, colorScheme }: { width: number; colorScheme: "light" | "dark" },
): Promise<{ opened: Page; asked: string[]; told: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, offline: true });
  const opened = await context.newPage();
  const [asked, told]: [string[], string[]] = [[], []];
  opened.on("request", (request) => asked.push(request.url()));
  opened.on("console", (message) => told.push(message.text()));
  opened.on("pageerror", (error) => told.push(error.message));
  await opened.goto(pathToFileURL(path).href);
  return { opened, asked, told };
}

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The violations that axe-core finds, best practices included: the rule, and up to three elements. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axeFile, "utf8"));
  const { violations, incomplete } = await page.evaluate<AxeResults>("axe.run(document)");
  const contrasts = incomplete.filter(({ id }) => id === "color-contrast");
  return [...violations, ...contrasts].map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html)
        .slice(0, 3)
        .join(" ")}`,
  );
}

/** The right edge of the page and of all visible elements, in pixels. */
function widest(page: Page): Promise<number> {
  return page.evaluate<number>(`
    Math.ceil(Math.max(
      document.documentElement.scrollWidth,
      ...[...document.querySelectorAll("body *")]
        .filter((one) => one.closest("thead") === null)
        .map((one) => one.getBoundingClientRect().right),
    ))`);
}

/** The computed value of a CSS property of the first element that the selector matches. */
function styleOf(page: Page, selector: string, property: string): Promise<string> {
  return page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${property}`);
}
