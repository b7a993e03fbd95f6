import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import { foreignAccounts, identityCenter, sideDoors } from "../../../cli/verify/side-doors.ts";
import { trustedBy } from "../../../cli/verify/trust.ts";
import * as made from "./documents.ts";

const { auth, sandbox, management, elsewhere, outsider, organizationId, trustOf, withMfa } = made;

const insiders = {
  organizationId,
  managementAccount: management,
  managers: [management],
  outsiders: new Set([outsider]),
  guarded: new Set<string>(),
};
const root = (id: string): string => `arn:aws:iam::${id}:root`;

/** The names of the findings about a role with this trust policy. */
function found(
  document: unknown,
  { guarded = false, settings = made.settingsWith(), name = "backdoor" } = {},
): string[] {
  const role = made.identity("role", name, { document });
  const around = { ...insiders, guarded: new Set(guarded ? [sandbox] : []) };
  return sideDoors(made.developmentAccount(role), settings, around).map((one) =>
    one.accepted === undefined ? one.name : `${one.name} (accepted)`,
  );
}

describe("side doors", () => {
  it("are none in an account as the stack and AWS make it", () => {
    const service: Identity = made.identity("role", "instance", {
      document: trustOf({ Service: "ec2.amazonaws.com" }),
    });
    const linked = made.identity("role", "AWSServiceRoleForSupport", {
      path: "/aws-service-role/support.amazonaws.com/",
      document: trustOf({ AWS: root(outsider) }),
    });
    const cut = made.identity("role", "shut", { document: trustOf("*", undefined, { Effect: "Deny" }) });
    expect(sideDoors(made.developmentAccount(service, linked, cut), made.settingsWith(), insiders)).to.eql([]);
  });

  it("are named by who comes in", () => {
    const door = (kind: string): string[] => [`${kind}/sandbox/backdoor`];
    expect(found(trustOf("*"))).to.eql(door("role-for-anybody"));
    expect(found(trustOf({ AWS: "*" }, withMfa))).to.eql(door("role-for-anybody"));
    expect(found({ Statement: { Effect: "Allow", NotPrincipal: { AWS: root(sandbox) }, Action: "*" } })).to.eql(
      door("role-for-anybody"),
    );
    expect(found(trustOf({ AWS: outsider }, withMfa))).to.eql(door("role-for-outsider"));
    expect(found(trustOf({ Federated: "cognito-identity.amazonaws.com" }))).to.eql(door("role-for-provider"));
    expect(found(trustOf({ AWS: root(elsewhere) }))).to.eql(door("role-for-other-account"));
    expect(found(trustOf({ AWS: `arn:aws:iam::${elsewhere}:role/ci` }))).to.eql(door("role-for-other-account"));
    for (const principal of [root(auth), auth, `arn:aws:iam::${auth}:user/alice`, root(sandbox)]) {
      expect(found(trustOf({ AWS: principal })), principal).to.eql(door("role-without-mfa"));
    }
    expect(found(trustOf({ AWS: [root(auth), root(outsider)] }))).to.eql([
      ...door("role-without-mfa"),
      ...door("role-for-outsider"),
    ]);
  });

  it("are shut by a condition that a key without MFA can't meet, and by no other", () => {
    const condition = (one: unknown): string[] => found(trustOf({ AWS: root(auth) }, one));
    expect(condition(withMfa)).to.eql([]);
    expect(condition({ bool: { "AWS:multifactorauthpresent": ["true"] } })).to.eql([]);
    expect(condition({ NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } })).to.eql([]);
    for (const open of [
      { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } },
      { Bool: { "aws:MultiFactorAuthPresent": ["true", "false"] } },
      { NumericLessThanIfExists: { "aws:MultiFactorAuthAge": "3600" } },
      { StringEquals: { "sts:ExternalId": "42" } },
    ]) {
      expect(condition(open), JSON.stringify(open)).to.eql(["role-without-mfa/sandbox/backdoor"]);
    }
    const denying = (Action: string): unknown => ({
      Statement: [
        { Effect: "Allow", Principal: { AWS: root(auth) }, Action: "sts:AssumeRole" },
        {
          Effect: "Deny",
          Principal: "*",
          Action,
          Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
        },
      ],
    });
    expect(found(denying("sts:AssumeRole"))).to.eql([]);
    expect(found(denying("sts:TagSession"))).to.eql(["role-without-mfa/sandbox/backdoor"]);
  });

  it("are no door where roles of accounts that are looked at, or the management account, come in", () => {
    expect(found(trustOf({ AWS: [`arn:aws:iam::${sandbox}:role/instance`, root(management)] }))).to.eql([]);
    expect(found(trustOf({ AWS: `arn:aws:sts::${sandbox}:assumed-role/developer-alice/alice` }))).to.eql([]);
    expect(found(trustOf({ AWS: "AIDAEXAMPLE" }))).to.eql([]);
  });

  it("are no door to outsiders where the guard rail is in force, but for whom the settings trust, which is meant", () => {
    expect(found(trustOf({ AWS: outsider }), { guarded: true })).to.eql([]);
    expect(found(trustOf("*"), { guarded: true })).to.eql(["role-without-mfa/sandbox/backdoor"]);
    const settings = made.settingsWith({ trustedAccounts: [outsider] });
    expect(found(trustOf({ AWS: outsider }), { guarded: true, settings })).to.eql([
      "role-for-outsider/sandbox/backdoor (accepted)",
    ]);
    const fromUs = { StringEquals: { "aws:PrincipalOrgID": organizationId } };
    expect(found(trustOf("*", { ...fromUs, ...withMfa }))).to.eql([]);
    expect(found(trustOf("*", fromUs))).to.eql(["role-without-mfa/sandbox/backdoor"]);
    expect(found(trustOf("*", { StringEquals: { "aws:PrincipalOrgID": "o-other" } }))).to.eql([
      "role-for-anybody/sandbox/backdoor",
    ]);
  });

  it("are the access role for anybody but the management account, with MFA too", () => {
    const account = made.developmentAccount();
    account.identities[0] = made.accessRole({ AWS: [root(management), `arn:aws:iam::${auth}:user/alice`] });
    const [finding, ...others] = sideDoors(account, made.settingsWith(), insiders);
    expect(others).to.eql([]);
    expect(finding?.name).to.equal("access-role/sandbox/OrganizationAccountAccessRole");
    expect(finding?.fact).to.contain(`arn:aws:iam::${auth}:user/alice`);
    expect(finding?.remedy).to.equal(`Have it trust ${root(management)} alone.`);
    // Whoever follows the remedy must not shut out the account to which the organization's policies are delegated.
    const delegated = { ...insiders, managers: [management, "555555555555"] };
    expect(sideDoors(account, made.settingsWith(), delegated)[0]?.remedy).to.equal(
      `Have it trust ${root(management)} and ${root("555555555555")} alone.`,
    );
  });

  it("are a role named like a developer's who is nobody's, and a provider that no role trusts yet", () => {
    const trust = trustOf({ AWS: `arn:aws:iam::${auth}:user/alice` }, withMfa);
    expect(found(trust, { name: "developer-carol" })).to.eql(["stray-role/sandbox/developer-carol"]);
    const arn = `arn:aws:iam::${sandbox}:saml-provider/Okta`;
    const account = { ...made.developmentAccount(), providers: [arn] };
    const [finding] = sideDoors(account, made.settingsWith(), insiders);
    expect(finding).to.include({
      name: "provider/sandbox/Okta",
      command: `aws iam delete-saml-provider --saml-provider-arn ${arn}`,
    });
    account.identities.push(made.identity("role", "sso", { document: trustOf({ Federated: arn }) }));
    expect(sideDoors(account, made.settingsWith(), insiders).map(({ name }) => name)).to.eql([
      "role-for-provider/sandbox/sso",
    ]);
  });

  it("are one finding for all roles of Identity Center, but for what only looks like one", () => {
    const arnOf = (id: string, name = "AWSSSO_0123456789abcdef_DO_NOT_DELETE"): string =>
      `arn:aws:iam::${id}:saml-provider/${name}`;
    const role = (set: string, provider = arnOf(sandbox), path = "/aws-reserved/sso.amazonaws.com/eu-west-1/") =>
      made.identity("role", `AWSReservedSSO_${set}_0123456789abcdef`, {
        ...{ path, document: trustOf({ Federated: provider }) },
      });
    const many = Array.from({ length: 50 }, (_, index) => role(`Set_${index % 2}`));
    const account = made.developmentAccount(...many);
    expect(sideDoors(account, made.settingsWith(), insiders)).to.eql([]);
    const [finding, ...others] = identityCenter([account, { ...account, name: "none", identities: [] }]);
    expect(others).to.eql([]);
    expect(finding?.name).to.equal("identity-center");
    expect(finding?.fact).to.contain("50 in sandbox; by the permission sets Set_0, Set_1.");
    const lookalikes = [role("A", arnOf(sandbox), "/"), role("B", arnOf(sandbox, "evil")), role("C", arnOf(elsewhere))];
    for (const one of lookalikes) {
      expect(identityCenter([made.developmentAccount(one)])).to.eql([]);
      expect(sideDoors(made.developmentAccount(one), made.settingsWith(), insiders).map(({ kind }) => kind)).to.eql([
        "role-for-provider",
      ]);
    }
  });

  it("are looked for among the accounts that roles trust and nobody knows", () => {
    const role = made.identity("role", "one", {
      document: trustOf({ AWS: [root(outsider), elsewhere, root(sandbox)] }),
    });
    expect(foreignAccounts([made.developmentAccount(role)], [auth, sandbox, management])).to.eql([outsider, elsewhere]);
    expect(trustedBy("no document", organizationId)).to.eql([]);
  });
});
