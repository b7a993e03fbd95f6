import { expect } from "chai";

import { type AccountRead, accountFindings } from "../../../cli/audit/findings.ts";
import { auditCsv } from "../../../cli/audit/text.ts";
import { credentialRows, isRootUser } from "../../../cli/aws/credential-report.ts";
import { settingsSchema } from "../../../infra/settings.ts";

const settings = settingsSchema.parse({
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333" },
  developers: { alice: {}, bob: {} },
  exempt: { "sandbox/smtp": { until: "2027-03-31", reason: "mail" } },
});
const now = new Date("2026-11-28T12:00:00Z");
const limits = { grace: 7, maxKeyAge: 90 };

/** A credential report in AWS's CSV format: the header and the rows, of which the root user's is the first. */
const report = (...rows: string[]): string =>
  [
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated",
    ...rows,
  ].join("\n");
const root = (key: boolean): string =>
  `<root_account>,arn:aws:iam::222222222222:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,false,${String(key)},N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`;
const none = "false,N/A,N/A,N/A,N/A";
const user = (name: string, made: string, password: string, mfa: boolean, first = none, second = none): string =>
  `${name},arn:aws:iam::222222222222:user/${name},${made}T00:00:00+00:00,${password},N/A,${String(mfa)},${first},${second},false,N/A,false,N/A`;
const key = (made: string, used = "N/A"): string =>
  `true,${made}T00:00:00+00:00,${used},${used === "N/A" ? "N/A,N/A" : "us-east-1,sts"}`;

function found(text: string, more: Partial<AccountRead> = {}): string[] {
  const rows = credentialRows(text);
  const users = rows.filter((row) => !isRootUser(row));
  const read: AccountRead = {
    ...{ account: "auth", rows, devices: new Map(), passwordUnchanged: new Set<string>() },
    users: users.map(({ user: name, arn }) => ({ name, arn, managedPolicies: [] })),
    ...more,
  };
  return accountFindings(read, settings, limits, now).map(({ kind, who }) => `${kind} ${who}`);
}

const fresh = "true,2026-11-28T09:00:00+00:00,2026-11-20T00:00:00+00:00";
const good = (name: string): string =>
  user(name, "2026-01-01", fresh, true, key("2026-11-01", "2026-11-27T00:00:00+00:00"));

describe("what the credential report shows", () => {
  it("is read of a user whose name has commas, quoted or not, as of others", () => {
    const rows = [user("smith,john", "2026-01-01", fresh, false), good("alice")];
    const quoted = user("smith,john", "2026-01-01", fresh, false).replace(
      "smith,john,arn:aws:iam::222222222222:user/smith,john",
      '"smith,john","arn:aws:iam::222222222222:user/smith,john"',
    );
    for (const first of [rows[0] ?? "", quoted]) {
      const [person, other] = credentialRows(report(first, rows[1] ?? ""));
      expect(person).to.include({
        ...{ user: "smith,john", arn: "arn:aws:iam::222222222222:user/smith,john" },
        ...{ createdAt: "2026-01-01T00:00:00.000Z", hasPassword: true, hasMfa: false },
      });
      expect(other?.user).to.equal("alice");
    }
  });

  it("is read of a user whose path has commas and quotes", () => {
    const line = good("alice").replace("user/alice", 'user/a,b"c,/alice');
    expect(credentialRows(report(line))[0]).to.include({
      ...{ user: "alice", arn: 'arn:aws:iam::222222222222:user/a,b"c,/alice', hasMfa: true },
    });
  });

  it("is nothing of people who are as they should be", () => {
    expect(found(report(root(false), good("alice"), good("bob")))).to.eql([]);
  });

  it("is no MFA after the grace, with a password or a key; not before, and not of a user who has neither", () => {
    const unused = "false,N/A,N/A";
    expect(found(report(user("alice", "2026-11-20", fresh, false), user("bob", "2026-11-21", fresh, false)))).to.eql([
      "no-mfa alice",
    ]);
    expect(found(report(user("alice", "2026-01-01", unused, false), good("bob")))).to.eql([]);
  });

  it("is a key that is old, was never used, or is one of two; an inactive one is none", () => {
    const old = key("2026-08-29", "2026-11-27T00:00:00+00:00");
    const exact = key("2026-08-30", "2026-11-27T00:00:00+00:00");
    const inactive = key("2020-01-01").replace("true", "false");
    const alice = user("alice", "2026-01-01", fresh, true, old, key("2026-11-01"));
    expect(found(report(alice, user("bob", "2026-01-01", fresh, true, exact, inactive)))).to.eql([
      "key-old alice",
      "key-unused alice",
      "two-keys alice",
    ]);
  });

  it("is a device without codes, and a one-time password that nobody has changed after the grace", () => {
    const more = {
      devices: new Map([["alice", ["passkey or security key" as const]]]),
      passwordUnchanged: new Set(["alice", "bob"]),
    };
    const early = user("alice", "2026-01-01", "true,no_information,2026-11-01T00:00:00+00:00", true);
    const late = user("bob", "2026-01-01", "true,no_information,2026-11-27T00:00:00+00:00", true);
    expect(found(report(early, late), more)).to.eql(["device-without-codes alice", "password-unchanged alice"]);
  });

  it("is of an IAM user who is called root as of any other, and nothing of the root user's", () => {
    const named = user("root", "2026-01-01", "true,N/A,N/A", false, key("2026-01-01"));
    expect(found(report(root(false), good("alice"), good("bob"), named))).to.eql([
      ...["no-mfa root", "key-old root", "key-unused root", "not-on-roster root"],
    ]);
  });

  it("is a quarantine by AWS, and a key of the root user", () => {
    const quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    const users = ["alice", "bob"].map((name) => ({
      name,
      arn: "",
      managedPolicies: name === "bob" ? [quarantine] : [],
    }));
    expect(found(report(root(true), good("alice"), good("bob")), { users })).to.eql([
      "root-key root",
      "quarantine bob",
    ]);
  });

  it("is who is not on the roster, and who is on it alone; in a development account everybody but the exempt", () => {
    expect(found(report(good("alice"), good("eve")))).to.eql(["not-on-roster eve", "not-in-aws bob"]);
    const users = ["smtp", "bot"].map((name) => ({
      ...{ name, managedPolicies: [] },
      arn: `arn:aws:iam::333333333333:user/${name}`,
    }));
    expect(found(report(), { account: "sandbox", users })).to.eql(["not-on-roster bot"]);
  });

  it("of who is gone since the report was made is nothing", () => {
    const gone = user("alice", "2026-01-01", fresh, false);
    expect(found(report(gone), { users: [{ name: "bob", arn: "", managedPolicies: [] }] })).to.eql([
      "not-in-aws alice",
    ]);
  });

  it("as CSV has a row each, in which no spreadsheet takes a name for a formula", () => {
    const findings = [{ kind: "two-keys" as const, account: "auth", who: "=1+1", fact: 'a "b", c', counts: true }];
    expect(auditCsv({ findings })).to.equal(
      `kind,account,who,counts,at,event,fact\ntwo-keys,auth,'=1+1,true,,,"a ""b"", c"\n`,
    );
  });
});
