import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";

import { expectGolden } from "../../support/golden.ts";
import { administratorOf } from "../../sandbox/testing.ts";
import { Administrator } from "../../support/harness.ts";

describe("preview", () => {
  let admin: Administrator;
  let applied: string;
  let from: number;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
    });
    for (const id of Object.values(admin.sandbox.developmentAccounts)) {
      const { iam } = await administratorOf(admin.sandbox, id);
      await iam.send(new CreatePolicyCommand({ PolicyName: "team", PolicyDocument }));
    }
    from = admin.sandbox.requests.length;
  });
  after(() => admin.close());

  async function previewed(): Promise<{ status: number | null; markdown: string }> {
    const { status, stdout } = await admin.run("preview", "--format", "markdown", "--exit-code");
    return { status, markdown: stdout };
  }

  async function edited(edit: (text: string) => string): Promise<void> {
    await admin.editSettings(() => edit(applied));
  }

  it("of a stack that nothing is applied of shows all of it, and changes nothing", async () => {
    const { status, markdown } = await previewed();
    await expectGolden("test/cli/report/golden/first.md", markdown);
    expect(status).to.equal(2);
    expect(admin.changesSince(from)).to.eql([]);
    await admin.succeed("up", "--yes");
    applied = await admin.settings();
  });

  it("with nothing to do says so, and ends with 0 also under --exit-code", async () => {
    const { status, markdown } = await previewed();
    await expectGolden("test/cli/report/golden/nothing.md", markdown);
    expect(status).to.equal(0);
  });

  const edits: { what: string; golden: string; edit: (text: string) => string }[] = [
    {
      what: "one added developer says what they will be able to do",
      golden: "add-one",
      edit: (text) => text.replace("    bob: {}", "    bob: {}\n    carol: {}"),
    },
    {
      what: "several added developers has a row for each account",
      golden: "add-several",
      edit: (text) =>
        text.replace(
          "    bob: {}",
          '    bob: {}\n    carol: { accounts: [payments] }\n    "d=e,f@g.h": {}\n    eve+1: {}',
        ),
    },
    {
      what: "one removed developer calls the deletion out",
      golden: "remove-one",
      edit: (text) => text.replace("\n    bob: {}", ""),
    },
    {
      what: "a developer in fewer accounts says where access ends",
      golden: "accounts",
      edit: (text) => text.replace("bob: {}", "bob: { accounts: [sandbox] }"),
    },
    {
      what: "other permissions shows which come and go",
      golden: "permissions",
      edit: (text) =>
        text.replace(
          "config:",
          "config:\n  mfa-admin:permissions: [arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::*:policy/team]",
        ),
    },
    {
      what: "another role prefix shows the replaced roles, and the policy that changes by its statement",
      golden: "replacement",
      edit: (text) => text.replace("config:", "config:\n  mfa-admin:rolePrefix: dev"),
    },
  ];

  for (const { what, golden, edit } of edits) {
    it(`of ${what}`, async () => {
      await edited(edit);
      const { status, markdown } = await previewed();
      await expectGolden(`test/cli/report/golden/${golden}.md`, markdown);
      expect(status).to.equal(2);
    });
  }

  it("is the same twice in a row, for a comment and for programs", async () => {
    await edited((text) => text.replace("    bob: {}", "    carol: {}\n    dave: {}"));
    for (const format of ["markdown", "json"]) {
      const [first, second] = [
        await admin.run("preview", "--format", format),
        await admin.run("preview", "--format", format),
      ];
      expect(first.stdout).to.equal(second.stdout).and.not.equal("");
    }
  });

  it("--format json is the same as --json, also for an error", async () => {
    await edited((text) => text.replace("bob: {}", "bob: { accounts: [nowhere] }"));
    const [format, json] = [await admin.run("preview", "--format", "json"), await admin.run("preview", "--json")];
    expect(format).to.eql(json);
    expect(format.status).to.equal(1);
    expect(JSON.parse(format.stdout)).to.have.nested.property(
      "error.remedy",
      "Correct Pulumi.main.yaml; nothing was changed.",
    );
  });

  it("for people says what will be done and who will be able to do what", async () => {
    await edited((text) => text.replace("    bob: {}", "    bob: {}\n    carol: { accounts: [sandbox] }"));
    const { status, stdout } = await admin.run("preview");
    expect({ status, stdout }).to.eql({
      status: 0,
      stdout: `Adds 1 developer, 1 role; changes nothing else.

  + auth     user carol
  + sandbox  role developer-carol

From now on:
  carol sets up a password, an MFA device and access keys of their own; with MFA, can act as developer-carol in sandbox (333333333333), 12 hours at a time, with AdministratorAccess. Without MFA, nothing else.
`,
    });
  });
});
