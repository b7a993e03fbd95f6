import { expect } from "chai";

import type { Gathered } from "../../../cli/auditor/gather.ts";
import { auditorReport } from "../../../cli/auditor/rows.ts";
import type { Missed } from "../../../cli/results/missed.ts";
import type { Verification } from "../../../cli/results/verify.ts";
import type { PreviewReport } from "../../../cli/results/report.ts";
import type { Warning } from "../../../cli/results/warning.ts";
import { requireValidResult } from "../../support/results.ts";
import { auth, identity, management, organizationId, sandbox, settingsWith } from "../verify/documents.ts";

/** The gathered data where every part failed to be read. */
const nothing: Gathered = {
  ...{ stack: "main", settings: settingsWith(), madeAt: new Date("2026-11-28T18:00:00Z"), commit: undefined },
  caller: { arn: `arn:aws:iam::${management}:user/administrator`, id: organizationId, managementAccount: management },
  ...{ verification: undefined, credentials: undefined, alarms: undefined, diagnosis: undefined },
  ...{ drift: undefined, pending: undefined },
  missed: [{ what: "the promise (verify)", reason: "AccessDenied", remedy: "Look again." }],
};

const verified: Verification = {
  ...{ version: 1, stack: "main", holds: true, complete: true, promises: { simulated: 1, compared: 3, searched: 1 } },
  ...{ findings: [], missed: [], notFound: [], lines: [] },
  compared: [
    { account: "sandbox", what: "service control policy mfa-admin-require-mfa", holds: true },
    { account: "sandbox", what: "trust policy of role developer-alice", holds: true },
    { account: "sandbox", what: "policies of role developer-alice", holds: false },
  ],
};

const quiet = { warnings: [], denied: [], cutOff: [], locked: [], ahead: undefined };
const noChanges: PreviewReport = {
  ...{ version: 1, kind: "drift", stack: "main", summary: "", changed: false, roster: { before: 2, after: 2 } },
  ...{ accounts: 1, warnings: [], developers: [], resources: [], unchanged: 6 },
};

describe("the rows of the report", () => {
  it("are those of the settings where nothing could be looked at, and say so", () => {
    const report = auditorReport(nothing);
    requireValidResult("report", report);
    const { complete, access, people, guards, drift, pending, promises, accounts } = report;
    expect({ complete, drift, pending, promises }).to.eql({
      ...{ complete: false, drift: undefined, pending: undefined, promises: undefined },
    });
    expect(accounts.map(({ reached }) => reached)).to.eql([false, false]);
    expect(access.map(({ developer, account, inAws }) => `${developer} ${account} ${inAws}`)).to.eql([
      "alice sandbox not looked at",
      "bob sandbox not looked at",
    ]);
    expect(people.map(({ user, inAws }) => `${user} ${inAws}`)).to.eql(["alice not looked at", "bob not looked at"]);
    expect(guards.find(({ name }) => name === "mfa")?.state).to.equal("not looked at");
  });

  it("tell a role that AWS has otherwise from one that is not there, with the last use and what stops its developer", () => {
    const role = identity("role", "developer-alice", { lastUsedAt: "2026-11-01T00:00:00.000Z" });
    const locked = { kind: "locked" as const, developers: ["alice"], all: false, since: "2026-11-28T10:00:00Z" };
    const alarms = { ...quiet, locked: [locked], identities: new Map([["sandbox", [role]]]) };
    const { access, people, guards } = auditorReport({ ...nothing, verification: verified, alarms });
    expect(access).to.deep.include.members([
      {
        ...{ developer: "alice", account: "sandbox", accountId: sandbox, role: "developer-alice" },
        ...{ permissions: ["arn:aws:iam::aws:policy/AdministratorAccess"], sessionDuration: 43_200 },
        ...{ stopped: "locked", lastUsedAt: "2026-11-01T00:00:00.000Z", inAws: "differs" },
      },
    ]);
    expect(access.find(({ developer }) => developer === "bob")?.inAws).to.equal("not there");
    expect(people.find(({ user }) => user === "alice")?.locks).to.eql([{ since: "2026-11-28T10:00:00Z" }]);
    expect(guards.find(({ name }) => name === "mfa")?.state).to.equal("in force");
  });

  it("give the end of access in each account, the policies of each account's own, and every guard rail", () => {
    const settings = settingsWith({
      developers: { alice: { until: "2027-01-31" } },
      permissions: ["arn:aws:iam::*:policy/own"],
      guardRails: ["roles", "auth"],
    });
    const compared = [
      { account: "sandbox", what: "service control policy mfa-admin-guard-rails", holds: false },
      { account: "auth", what: "service control policy mfa-admin-guard-rails-auth", holds: true },
    ];
    const { access, guards } = auditorReport({ ...nothing, settings, verification: { ...verified, compared } });
    expect(access.map(({ ends, permissions }) => [ends, permissions])).to.eql([
      ["2027-02-01T00:00:00Z", [`arn:aws:iam::${sandbox}:policy/own`]],
    ]);
    expect(guards.map(({ name, state, accounts, missing }) => [name, state, accounts, missing])).to.eql([
      ["mfa", "not looked at", ["sandbox"], []],
      ["roles", "not in force", ["sandbox"], ["sandbox"]],
      ...["identities", "federation", "organization", "root"].map((name) => [name, "off", [], []]),
      ["auth", "in force", ["auth"], []],
      ["outsiders", "off", [], []],
    ]);
  });

  it("have every IAM user and root user with the standing, and say whom AWS's report does not know yet", () => {
    const settings = settingsWith({ exempt: { "sandbox/bot": { until: "2099-12-31", reason: "mail" } } });
    const row = (user: string) => ({
      ...{
        user,
        arn: user === "root" ? `arn:aws:iam::${auth}:root` : "",
        createdAt: "2026-01-01T00:00:00.000Z",
        hasPassword: true,
        hasMfa: user === "alice",
        keys: [],
      },
    });
    const read = (account: string, users: string[], rows: string[]) => ({
      ...{ account, generatedAt: "2026-11-28T15:00:00.000Z", passwordUnchanged: new Set<string>() },
      devices: new Map([["alice", ["virtual" as const]]]),
      rows: rows.map(row),
      users: users.map((name) =>
        identity("user", name, account === "auth" ? { arn: `arn:aws:iam::${auth}:user/${name}` } : {}),
      ),
    });
    const accounts = [read("auth", ["carol", "alice"], ["root", "alice"]), read("sandbox", ["bot", "root"], ["bot"])];
    const audit = {
      ...{ version: 1 as const, stack: "main", clean: true, complete: true, users: 3, findings: [], missed: [] },
      reportedAt: "2026-11-28T15:00:00.000Z",
    };
    const { people, credentialReportAt } = auditorReport({ ...nothing, settings, credentials: { audit, accounts } });
    expect(credentialReportAt).to.equal("2026-11-28T15:00:00.000Z");
    expect(
      people.map((one) => `${one.account}/${one.user}: ${one.standing}, ${one.inAws}, ${one.devices.join()}`),
    ).to.eql([
      "auth/alice: on the roster, there, virtual",
      "auth/bob: on the roster, not there, ",
      "auth/carol: not on the roster, newer than the credential report, ",
      "auth/root: root user, there, ",
      "sandbox/bot: exempt, there, ",
      // An IAM user may be called root.
      "sandbox/root: not on the roster, newer than the credential report, ",
    ]);
  });

  it("tell a warning of drift, preview and list once, those about AWS alone, what counts first; and what could not be seen apart", () => {
    const exempt: Warning = {
      ...{ kind: "exempt", name: "sandbox/bot", arn: "", until: "2099-12-31", reason: "mail", ends: "later" },
    };
    const given: Warning = {
      ...{ kind: "permissions", managedPolicies: ["arn:aws:iam::aws:policy/X"], inlinePolicies: [], groups: [] },
      ...{ resource: { account: "auth", type: "user", name: "alice" }, boundary: false },
    };
    const unseen: Warning = { kind: "not-looked-at", what: "account payments", reason: "AccessDenied: no" };
    const edit: Warning = { kind: "removals", refused: true, removed: 9, before: 9, limit: 3 };
    const { findings, missed, clean } = auditorReport({
      ...{ ...nothing, missed: [] },
      drift: { ...noChanges, warnings: [exempt, given] },
      pending: { ...noChanges, kind: "preview", warnings: [exempt, edit, unseen] },
      alarms: { ...quiet, identities: new Map(), warnings: [unseen] },
    });
    expect(findings.map(({ kind, account, counts }) => [kind, account, counts])).to.eql([
      ["permissions", "auth", true],
      ["exempt", undefined, false],
    ]);
    expect(missed.map(({ what }) => what)).to.eql(["account payments"]);
    expect(clean).to.equal(false);
  });

  it("leave out what is about this machine, and count a check that saw nothing as incomplete", () => {
    const diagnosis = {
      ...{ version: 1 as const, stack: "main", ready: true, complete: true, impact: [] },
      checks: [
        { name: "pulumi", level: "unknown" as const, fact: "" },
        { name: "quota", level: "ok" as const, fact: "" },
      ],
    };
    const known = { ...nothing, verification: verified, drift: noChanges, pending: noChanges, missed: [] };
    const { checks, complete, clean } = auditorReport({ ...known, diagnosis });
    expect({ names: checks.map(({ name }) => name), complete, clean }).to.eql({
      ...{ names: ["quota"], complete: true, clean: true },
    });
    const unseen = { name: "access-role", level: "unknown" as const, fact: "" };
    expect(auditorReport({ ...known, diagnosis: { ...diagnosis, checks: [unseen] } }).complete).to.equal(false);
  });

  it("tells what could not be looked at in the same order, whichever answer has come first", () => {
    const [reason, remedy] = ["AccessDenied", "Look again."];
    const one: Missed = { what: "the users of payments", reason, remedy };
    const other: Missed = { what: "account payments", reason, remedy };
    const told = (missed: Missed[]): Missed[] => auditorReport({ ...nothing, missed }).missed;
    expect(told([one, other])).to.eql(told([other, one]));
  });
});
