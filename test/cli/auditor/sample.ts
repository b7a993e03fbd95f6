import type { AuditorReport } from "../../../cli/results/auditor-report.ts";

/** A report with every part and every optional property, for tests of its forms. */
export const sample: AuditorReport = {
  ...{ version: 1, stack: "main", madeAt: "2026-11-28T18:23:05.000Z", clean: false, complete: false },
  madeBy: "arn:aws:iam::111111111111:user/administrator",
  organization: { id: "o-exampleorg", managementAccount: "111111111111" },
  accounts: [
    { name: "auth", id: "222222222222", reached: true },
    { name: "sandbox", id: "333333333333", reached: true },
    { name: "payments", id: "444444444444", reached: false },
  ],
  commit: { id: "0123456789abcdef0123456789abcdef01234567", changed: true },
  credentialReportAt: "2026-11-28T17:00:00.000Z",
  promises: { simulated: 300, compared: 6, searched: 33 },
  access: [
    {
      ...{ developer: "alice", account: "sandbox", accountId: "333333333333", role: "developer-alice" },
      permissions: ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::333333333333:policy/team/own"],
      permissionsBoundary: "arn:aws:iam::333333333333:policy/limit",
      ...{ sessionDuration: 5400, ends: "2027-02-01T00:00:00Z", lastUsedAt: "2026-11-20T08:00:00.000Z" },
      ...{ stopped: "locked", inAws: "as made" },
    },
    {
      ...{ developer: "bob", account: "payments", accountId: "444444444444", role: "developer-bob" },
      ...{ permissions: [], sessionDuration: 43_200, ends: "2027-01-31T15:00:00Z", inAws: "not looked at" },
    },
  ],
  people: [
    {
      ...{ account: "auth", user: "alice", standing: "on the roster", inAws: "there", hasMfa: true, hasPassword: true },
      createdAt: "2025-01-02T03:04:05.000Z",
      devices: ["virtual", "passkey or security key", "hardware token"],
      passwordLastUsedAt: "2026-11-01T00:00:00.000Z",
      passwordLastChangedAt: "2026-10-01T00:00:00.000Z",
      keys: [
        {
          active: true,
          createdAt: "2026-08-20T00:00:00.000Z",
          lastUsedAt: "2026-11-27T00:00:00.000Z",
          lastUsedService: "sts",
        },
        { active: false, createdAt: "2026-08-01T00:00:00.000Z" },
      ],
      locks: [{ since: "2026-11-28T10:00:00Z", until: "2026-12-01T00:00:00Z", reason: "laptop lost" }],
    },
    { account: "auth", user: "bob", standing: "on the roster", inAws: "not there", devices: [], keys: [], locks: [] },
    {
      ...{ account: "sandbox", user: "bot", standing: "exempt", inAws: "there", hasMfa: false, hasPassword: false },
      ...{ devices: [], keys: [{ active: true, createdAt: "2026-09-01T00:00:00.000Z" }], locks: [] },
      exemptUntil: "2027-03-31",
    },
    {
      ...{ account: "sandbox", user: "eve", standing: "not on the roster", inAws: "there", hasMfa: false },
      ...{ hasPassword: true, devices: [], keys: [], locks: [] },
    },
    {
      account: "auth",
      user: "root",
      standing: "root user",
      inAws: "there",
      hasMfa: true,
      devices: [],
      keys: [],
      locks: [],
    },
  ],
  guards: [
    {
      ...{ name: "mfa", kind: "mfa", policy: "mfa-admin-require-mfa", accounts: ["sandbox", "payments"] },
      ...{ state: "not in force", missing: ["payments"] },
    },
    {
      name: "roles",
      kind: "guard rail",
      policy: "mfa-admin-guard-rails",
      accounts: ["sandbox"],
      state: "in force",
      missing: [],
    },
    { name: "root", kind: "guard rail", accounts: [], state: "off", missing: [] },
    {
      name: "mfa-admin-own-region",
      kind: "own policy",
      policy: "mfa-admin-own-region",
      accounts: ["sandbox"],
      state: "not looked at",
      missing: [],
    },
  ],
  findings: [
    {
      ...{ source: "verify", kind: "user", account: "sandbox", name: "user/sandbox/eve", counts: true },
      ...{ fact: "The IAM user eve in sandbox is not on the roster.", meaning: "Its key stays.", remedy: "Delete it." },
      command: "aws iam delete-user --user-name eve",
    },
    {
      ...{
        source: "audit",
        kind: "key-old",
        account: "auth",
        fact: "Access key 1 of alice in auth is 100 days old.",
        counts: true,
      },
      at: "2026-08-20T00:00:00.000Z",
    },
    { source: "alarm", kind: "locked", fact: "alice is locked.", counts: false },
    {
      ...{ source: "verify", kind: "identity-center", fact: "There are roles of IAM Identity Center.", counts: false },
      accepted: { reason: "the auditor's", until: "2027-06-30" },
    },
  ],
  drift: [
    {
      ...{ operation: "update", account: "auth", type: "user", name: "alice", developer: "alice" },
      ...{ since: "2026-11-20T00:00:00Z" },
      properties: [{ property: "managedPolicyArns", removed: [], added: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }],
      policies: [
        {
          ...{ kind: "inline policy", name: "more", change: "added" },
          statements: [
            {
              sid: "All",
              change: "added",
              effect: "Allow",
              elements: [{ element: "Action", removed: [], added: ["s3:*"] }],
            },
          ],
        },
      ],
    },
  ],
  checks: [
    { name: "quota", account: "auth", level: "ok", fact: "In auth: 3 of 5000 users." },
    {
      name: "full-access",
      level: "failure",
      fact: "FullAWSAccess is not attached.",
      remedy: "Attach it.",
      command: "aws organizations attach-policy",
    },
    { name: "state-versions", level: "warning", fact: "No older versions are kept." },
    { name: "access-role", account: "payments", level: "unknown", fact: "AccessDenied: no." },
  ],
  matrix: [
    {
      ...{
        account: "sandbox",
        who: "the root user",
        credentials: "access key",
        resource: "*",
        actions: ["iam:ListUsers", "s3:ListAllMyBuckets"],
      },
      ...{ expected: "denied", got: "denied", decidedBy: "service control policy", holds: true },
    },
    {
      ...{ account: "sandbox", who: "developer alice, like 2 more", credentials: "session with MFA" },
      ...{ resource: "arn:aws:iam::333333333333:role/developer-alice", actions: ["sts:AssumeRole"] },
      ...{ expected: "allowed", got: "denied", decidedBy: "no policy allows it", holds: false },
    },
    {
      ...{
        account: "payments",
        who: "the access role",
        credentials: "role session",
        resource: "*",
        actions: ["iam:ListUsers"],
      },
      ...{ expected: "allowed", holds: true },
    },
  ],
  compared: [
    { account: "sandbox", what: "trust policy of role developer-alice", holds: true },
    { account: "sandbox", what: "policies of role developer-alice", holds: false },
  ],
  missed: [
    {
      what: "account payments",
      reason: "AccessDenied: not authorized to perform: sts:AssumeRole",
      remedy: "Let it be assumed.",
    },
    { what: "pending changes (preview)", reason: "The passphrase is needed.", remedy: "Set PULUMI_CONFIG_PASSPHRASE." },
  ],
};
