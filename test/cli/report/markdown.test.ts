import { expect } from "chai";

import { commentLimit, markdown } from "../../../cli/report/markdown.ts";
import type { StackChanges, StackResource } from "../../../cli/changes/resource.ts";
import { previewReport } from "../../../cli/report/report.ts";
import type { PreviewReport } from "../../../cli/results/report.ts";
import type { Warning } from "../../../cli/results/warning.ts";
import { developerPolicy } from "../../../infra/policies.ts";
import { settingsSchema } from "../../../infra/settings.ts";
import { expectGolden } from "../../support/golden.ts";
import { requireValidResult } from "../../support/results.ts";

const developmentAccounts = { sandbox: "333333333333", payments: "444444444444" };
const settings = settingsSchema.parse({
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts,
});

const accounts: StackChanges["accounts"] = new Map(
  Object.entries(developmentAccounts).map(([name, id]) => [name, { before: id, after: id }]),
);

function report(resources: StackResource[], warnings: Warning[] = []): PreviewReport {
  const made = previewReport({ kind: "preview", stack: "main", settings, changes: { resources, accounts }, warnings });
  requireValidResult("preview", made);
  return made;
}

const administrator = { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"], maxSessionDuration: 43200 };
const readOnly = { ...administrator, managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] };

/** A developer's user and two roles, all with the same operation. */
function developer(
  name: string,
  operation: StackResource["operation"],
  after: Record<string, unknown> = administrator,
) {
  return ["auth", "sandbox", "payments"].map((account): StackResource => {
    const type = account === "auth" ? "user" : "role";
    return {
      operation: operation === "update" && type === "user" ? "same" : operation,
      account,
      type,
      name: type === "user" ? name : `developer-${name}`,
      developer: name,
      ...(operation !== "create" && type === "role" && { before: administrator }),
      ...(operation !== "delete" && type === "role" && { after }),
    };
  });
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `developer-${String(index + 1).padStart(3, "0")}`);

describe("the markdown of a preview", () => {
  it("shows a changed policy by its statements: what was added to them, and what was removed", async () => {
    const before = developerPolicy({ rolePrefix: "developer" });
    const statements = before.Statement.slice(1).map((statement) =>
      statement.Sid === "AllowManageOwnAccessKeys"
        ? {
            ...statement,
            Action: ["iam:ListAccessKeys", "iam:TagUser"],
            Condition: { Bool: { "aws:SecureTransport": "true" } },
          }
        : statement,
    );
    const added = { Sid: "AllowSupport", Effect: "Allow", Action: "support:*", Resource: "*" };
    const policy: StackResource = {
      operation: "update",
      account: "auth",
      type: "managed policy",
      name: "mfa-admin-developer",
      before: { policyDocument: before },
      after: { policyDocument: { ...before, Statement: [...statements, added] } },
    };
    await expectGolden("test/cli/report/golden/policy.md", markdown(report([policy])));
  });

  it("shows policies of users and roles below the table: inline ones, too, and once what is the same for many", async () => {
    const trusted = (name: string, condition: object) => ({
      assumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            ...{ Sid: "AllowDeveloperWithMFA", Effect: "Allow", Action: "sts:AssumeRole" },
            Principal: { AWS: `arn:aws:iam::222222222222:user/${name}` },
            ...condition,
          },
        ],
      },
    });
    const mfa = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
    const roles = names(4).flatMap((name) =>
      developer(name, "update").map((role) =>
        role.type === "user" ? role : { ...role, before: trusted(name, mfa), after: trusted(name, {}) },
      ),
    );
    const document = {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: ["`a`", "```\n- b"], Resource: "*" },
    };
    const backdoor: StackResource = {
      ...{ operation: "update", account: "auth", type: "user", name: "eve", developer: "eve" },
      before: { policies: [{ policyName: "same", policyDocument: document }] },
      after: {
        policies: [
          { policyName: "more", policyDocument: document },
          { policyName: "same", policyDocument: JSON.stringify(document) },
        ],
      },
    };
    const group: StackResource = {
      ...{ operation: "update", account: "auth", type: "group", name: "mfa-admin-developers" },
      before: { policies: [{ policyName: "more", policyDocument: document }], managedPolicyArns: ["a", "b"] },
      after: { policies: [], managedPolicyArns: ["b", "a"] },
    };
    await expectGolden("test/cli/report/golden/own-policies.md", markdown(report([...roles, backdoor, group])));
  });

  it("tells of a changed Version, and sees statements apart that share a Sid", () => {
    const statement = (action: string) => ({ Sid: "Same", Effect: "Deny", Action: action, Resource: "*" });
    const scp = { operation: "update", account: "management", type: "service control policy", name: "shield" } as const;
    const text = markdown(
      report([
        {
          ...scp,
          before: { content: { Version: "2012-10-17", Statement: [statement("a"), statement("b")] } },
          after: { content: { Version: "2008-10-17", Statement: [statement("x"), statement("b")] } },
        },
      ]),
    );
    expect(text).to.contain(
      [
        ...["    Same (Deny)", "  -   Action a", "  +   Action x", "    the whole document"],
        ...["  -   Version 2012-10-17", "  +   Version 2008-10-17", "  ```\n"],
      ].join("\n"),
    );
  });

  it("says what a list is that has only another order", () => {
    const group: StackResource = {
      ...{ operation: "update", account: "auth", type: "group", name: "g", differing: ["managedPolicyArns"] },
      ...{ before: { managedPolicyArns: ["a", "b"] }, after: { managedPolicyArns: ["b", "a"] } },
    };
    expect(markdown(report([group]))).to.contain("\n  - permissions: the same in another order or form\n");
  });

  it("says of no account alias that its sessions end", () => {
    const alias = {
      operation: "replace",
      account: "auth",
      type: "account alias",
      name: "new",
      formerName: "old",
    } as const;
    expect(
      markdown(report([{ ...alias, before: { accountAlias: "old" }, after: { accountAlias: "new" } }])),
    ).to.contain(
      "\n> - Replaces what all developers share: account alias `old` in `auth`. What is replaced is deleted and made again.\n",
    );
  });

  it("has one row for what changes in the same way for many", async () => {
    const resources = names(100).flatMap((name) => developer(name, "update", readOnly));
    await expectGolden("test/cli/report/golden/same-for-many.md", markdown(report(resources)));
  });

  it("of the removal of many says first that up refuses it", async () => {
    const resources = [...names(6).flatMap((name) => developer(name, "delete")), ...developer("alice", "same")];
    const warning: Warning = { kind: "removals", refused: true, removed: 6, before: 7, limit: 3 };
    await expectGolden("test/cli/report/golden/remove-many.md", markdown(report(resources, [warning])));
  });

  it("counts what does not fit, and cuts no line in the middle", async () => {
    const resources = names(60).flatMap((name) => developer(name, "create"));
    const short = markdown(report(resources), 4000);
    await expectGolden("test/cli/report/golden/too-many.md", short);
    expect(short.length).to.be.at.most(4000);
    const whole = markdown(report(resources)).split("\n");
    const left = short.split("\n").filter((line) => !whole.includes(line));
    expect(left).to.eql(
      [...short.matchAll(/^\*\d+ more (row|developer)s do not fit here; `--format json` has everything\.\*$/gm)].map(
        ([line]) => line,
      ),
    );
  });

  it("is never longer than GitHub takes, whatever there is to tell", () => {
    const removed = names(2000).flatMap((name) => developer(name, "delete"));
    const added = names(2000).flatMap((name) => developer(`new-${name}`, "create"));
    const warnings = names(2000).map((name): Warning => ({ kind: "not-looked-at", what: name, reason: "No." }));
    const text = markdown(report([...removed, ...added], warnings));
    expect(text.length).to.be.within(commentLimit - 2000, commentLimit);
    expect(text)
      .to.match(/\n\*[\d,]+ more warnings do not fit here/)
      .and.match(/\n\*[\d,]+ more rows do not fit here/);
  });

  describe("of what is nearly too long", () => {
    const row = (name: string, description: string): StackResource => ({
      ...{ operation: "update", account: "auth", type: "group", name },
      ...{ before: { description: "" }, after: { description } },
    });
    const many = names(100).map((name) => row(name, "x"));

    it("is whole where it fits, however unlike its parts are", () => {
      const removed = names(40).flatMap((name) => developer(name, "delete"));
      const all = report([...removed, ...developer("alice", "same"), row("developers", "x")]);
      const whole = markdown(all);
      expect(whole).to.not.contain("do not fit");
      expect(markdown(all, whole.length)).to.equal(whole);
      const cut = markdown(all, whole.length - 1);
      expect(cut.length).to.be.within(whole.length - 400, whole.length - 1);
    });

    it("shows the short ones beside one that is too long", () => {
      const long = row("aaa", "y".repeat(3000));
      const text = markdown(report([long, ...many.slice(0, 3)]), 2000);
      expect(text.match(/group `developer-/g)).to.have.length(3);
      expect(text).to.contain("\n*1 more change does not fit here;").and.not.contain("yyy");
    });

    it("has no heading above nothing", () => {
      const text = markdown(report([row("aaa", "y".repeat(3000))]), 1000);
      expect(text).to.contain("**Changes 1 group.**\n\n*1 more change does not fit here;").and.not.contain("####");
    });
  });

  it("takes nothing in a name or a value for markdown, HTML or a mention", () => {
    const name = "@octocat+a=b,c.d_e";
    const tags = [{ key: "team", value: "a|b `c` <img src=x> [d](http://e) @github\n| x |" }];
    const user: StackResource = { operation: "update", account: "auth", type: "user", name, developer: name };
    const text = markdown(report([{ ...user, before: {}, after: { tags } }]));
    expect(text).to.contain("| `@octocat+a=b,c.d_e` | `auth` | user `@octocat+a=b,c.d_e` |");
    expect(text).to.contain("tags + `` team=a\\|b `c` <img src=x> [d](http://e) @github \\| x \\| `` |\n");
    const outsideCode = text.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "");
    expect(outsideCode).to.not.match(/[@[]|<(?!!-- mfa-admin)/);
  });

  it("tells what a killed run has left, which the next up reads first, though the settings ask for nothing", () => {
    const resources = [{ account: "payments", type: "role", name: "developer-alice" }];
    const made = report(developer("alice", "same"), [{ kind: "unfinished", resources }]);
    expect(made.changed).to.equal(true);
    expect(made.summary).to.equal("Puts right what a killed run has left; the settings ask for nothing else.");
    expect(markdown(made)).to.contain(
      "A run died while it was at work on role `developer-alice` in `payments`: AWS may have made the change or not",
    );
  });
});
