import { expect } from "chai";

import {
  authAccountPolicy,
  type GuardRail,
  guardRailNames,
  guardRailPolicies,
  guardRailPolicy,
  outsidersPolicy,
} from "../../infra/guard-rails.ts";
import { enrolment, type PolicyDocument } from "../../infra/policies.ts";
import { type Settings, settingsSchema } from "../../infra/settings.ts";
import { isAllowed, type Question } from "../support/decision.ts";

const account = "333333333333";
const organizationId = "o-exampleorg";
const settings = (guardRails: GuardRail[], changes: Record<string, unknown> = {}): Settings =>
  settingsSchema.parse({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: account },
    guardRails,
    ...changes,
  });

const session = (role: string): Partial<Question> => ({
  principal: `arn:aws:sts::${account}:assumed-role/${role}/session`,
  principalType: "AssumedRole",
});
const alice = session("developer-alice");
const accessRole = session("OrganizationAccountAccessRole");
const stackSets = session("stacksets-exec-0123456789abcdef");
const machine = `arn:aws:iam::${account}:user/ci-bot`;

const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const user = (name: string, of = account): string => `arn:aws:iam::${of}:user/${name}`;

/** Assertions about requests under a service control policy, where all other policies allow everything. */
function under(serviceControl: PolicyDocument | undefined) {
  if (serviceControl === undefined) throw new Error("these guard rails make no policy");
  const allowed = (who: Partial<Question>, action: string, resource: string): Promise<boolean> =>
    isAllowed({ serviceControl, ...who, action, resource });
  return {
    allows: async (who: Partial<Question>, actions: string | string[], resource = "*"): Promise<void> => {
      for (const action of [actions].flat()) {
        expect(await allowed(who, action, resource), `${action} on ${resource}`).to.equal(true);
      }
    },
    denies: async (who: Partial<Question>, actions: string | string[], resource = "*"): Promise<void> => {
      for (const action of [actions].flat()) {
        expect(await allowed(who, action, resource), `${action} on ${resource}`).to.equal(false);
      }
    },
  };
}

const changesOfRoles = [
  ...["iam:CreateRole", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription"],
  ...["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"],
  ...["iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"],
  ...["iam:TagRole", "iam:UntagRole"],
];

/** While the shared role is still there beside roles of the developers' own. */
const onTheWayBack = { ...settings(["roles"]), oldForm: { roles: ["developer"], stackSet: true } };

describe("the guard rails", () => {
  describe("GuardRoles", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["roles"])));

    it("denies a developer's session every change of a developer's role, its own among them", async () => {
      await denies(alice, changesOfRoles, role("developer-alice"));
      await denies(alice, changesOfRoles, role("developer-bob"));
    });
    it("denies it every change of the role that developers share, which StackSets make and change", async () => {
      const { allows, denies } = under(guardRailPolicy(settings(["roles"], { roles: "shared" })));
      const developer = session("developer");
      await denies(developer, changesOfRoles, role("developer"));
      await denies(developer, "iam:CreateRole", role("x/developer"));
      await allows(stackSets, changesOfRoles, role("developer"));
      await allows(developer, changesOfRoles, role("developers-own"));
      for (const other of ["AWSControlTowerExecution", "AWSCloudFormationStackSetExecutionRole"]) {
        await denies(session(other), changesOfRoles, role("developer"));
      }
      await under(guardRailPolicy(settings(["roles"]))).allows(alice, changesOfRoles, role("developer"));
    });
    it("keeps the roles of both forms until a switch is finished, those with a former prefix among them", async () => {
      const toShared = settings(["roles"], { roles: "shared" });
      const there = under(guardRailPolicy({ ...toShared, oldForm: { roles: ["dev-*"], stackSet: false } }));
      for (const name of ["developer", "developer-alice", "dev-alice"]) {
        await there.denies(session("dev-alice"), changesOfRoles, role(name));
      }
      const back = under(guardRailPolicy(onTheWayBack));
      for (const name of ["developer", "x/developer", "developer-alice"]) {
        await back.denies(session("developer"), changesOfRoles, role(name));
      }
      await back.allows(session("developer"), changesOfRoles, role("developers-own"));
      await back.allows(stackSets, changesOfRoles, role("developer"));
    });
    it("denies it every change of the roles that are exempt", async () => {
      await denies(alice, changesOfRoles, role("OrganizationAccountAccessRole"));
      await denies(alice, changesOfRoles, role("stacksets-exec-0123456789abcdef"));
    });
    it("denies it such names under a path, since IAM takes them for the same", async () => {
      await denies(alice, "iam:CreateRole", role("team/developer-carol"));
      await denies(alice, "iam:CreateRole", role("a/b/OrganizationAccountAccessRole"));
      await denies(alice, "iam:CreateRole", role("stacksets-exec-x/mallory"));
    });
    it("lets it read them, and make and change other roles", async () => {
      await allows(alice, ["iam:GetRole", "iam:ListRolePolicies"], role("developer-bob"));
      await allows(alice, changesOfRoles, role("build"));
      await allows(alice, "iam:CreateRole", role("developers"));
      await allows(alice, "iam:CreateRole", role("service-role/build"));
    });
    it("lets the access role and StackSets' roles go on", async () => {
      await allows(accessRole, changesOfRoles, role("developer-alice"));
      await allows(stackSets, changesOfRoles, role("developer-alice"));
    });
    it("binds who is only called like them: a user, and a role under a path", async () => {
      const as = (principal: string, principalType: "User" | "AssumedRole") => ({ principal, principalType });
      await denies(as(user("OrganizationAccountAccessRole"), "User"), changesOfRoles, role("developer-bob"));
      const underPath = { "aws:PrincipalArn": role("team/OrganizationAccountAccessRole") };
      await denies({ ...accessRole, context: underPath }, changesOfRoles, role("developer-bob"));
    });
    it("binds a role whatever tags it has", () =>
      denies({ ...alice, context: { "aws:PrincipalTag/exempt": "true" } }, changesOfRoles, role("developer-alice")));
    it("goes by the names of the settings", async () => {
      const other = under(guardRailPolicy(settings(["roles"], { rolePrefix: "team", accessRole: "Control" })));
      await other.denies(alice, "iam:UpdateAssumeRolePolicy", role("team-alice"));
      await other.denies(alice, "iam:UpdateAssumeRolePolicy", role("Control"));
      await other.allows(session("Control"), "iam:UpdateAssumeRolePolicy", role("team-alice"));
      await other.denies(accessRole, "iam:UpdateAssumeRolePolicy", role("team-alice"));
    });
  });

  describe("GuardRolesPolicies", () => {
    const own = { permissions: ["arn:aws:iam::*:policy/team"], permissionsBoundary: "arn:aws:iam::*:policy/limit" };
    const versions = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion"];
    const changes = [...versions, "iam:CreatePolicy", "iam:DeletePolicy"];
    const policy = (name: string): string => `arn:aws:iam::${account}:policy/${name}`;
    const { allows, denies } = under(guardRailPolicy(settings(["roles"], own)));

    it("denies a developer's session other versions of what the roles are given", async () => {
      await denies(alice, changes, policy("team"));
      await denies(alice, changes, policy("limit"));
    });
    it("lets it change other policies", () => allows(alice, changes, policy("build")));
    it("lets the access role and StackSets' roles go on", async () => {
      await allows(accessRole, changes, policy("team"));
      await allows(stackSets, changes, policy("limit"));
    });
    it("is not there where the roles have AWS's own policies alone", () => {
      expect(guardRailPolicy(settings(["roles"]))?.Statement.map(({ Sid }) => Sid)).to.eql(["GuardRoles"]);
    });
  });

  describe("GuardRolesStack", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["roles"], { roles: "shared" })));
    const stack = (name: string): string =>
      `arn:aws:cloudformation:us-east-1:${account}:stack/${name}/51af3dc0-da77-11e4-872e-1234567db123`;
    const ours = stack("StackSet-mfa-admin-roles-6b0b12c7-1c0e-4a5e-9d3b-0a1b2c3d4e5f");
    const changes = ["DeleteStack", "UpdateStack", "CreateChangeSet", "ExecuteChangeSet", "SetStackPolicy"].map(
      (action) => `cloudformation:${action}`,
    );
    const developer = session("developer");

    it("denies a developer's session every change of the stack by which StackSets hold the shared role", () =>
      denies(developer, changes, ours));
    it("lets it see that stack, and change others", async () => {
      await allows(developer, ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], ours);
      await allows(developer, changes, stack("website"));
      await allows(developer, changes, stack("StackSet-baseline-6b0b12c7-1c0e-4a5e-9d3b-0a1b2c3d4e5f"));
    });
    it("lets the access role and StackSets' roles go on", async () => {
      await allows(accessRole, changes, ours);
      await allows(stackSets, changes, ours);
    });
    it("is there on the way back to roles of the developers' own, until the switch is finished", () =>
      under(guardRailPolicy(onTheWayBack)).denies(developer, changes, ours));
    it("is not there where each developer has a role of their own", () => {
      expect(guardRailPolicy(settings(["roles"]))?.Statement.map(({ Sid }) => Sid)).to.eql(["GuardRoles"]);
    });
  });

  describe("GuardAccountName", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["roles"], { roles: "shared" })));

    it("denies a developer's session another name of the account: the roster's names are those of AWS", () =>
      denies(session("developer"), "account:PutAccountName"));
    it("lets it do the rest, and the access role rename the account", async () => {
      await allows(session("developer"), ["account:GetAccountInformation", "account:PutContactInformation"]);
      await allows(accessRole, "account:PutAccountName");
    });
    it("is not there where the settings alone name the accounts", () =>
      under(guardRailPolicy(settings(["roles"]))).allows(alice, "account:PutAccountName"));
  });

  describe("GuardExempt", () => {
    for (const name of ["identities", "federation"] as const) {
      it(`protects those who are exempt where ${name} stands without roles, and nobody else`, async () => {
        const { allows, denies } = under(guardRailPolicy(settings([name])));
        await denies(alice, changesOfRoles, role("OrganizationAccountAccessRole"));
        await denies(alice, changesOfRoles, role("stacksets-exec-mallory"));
        await denies(alice, "iam:CreateRole", role("x/stacksets-exec-mallory"));
        await allows(alice, changesOfRoles, role("developer-bob"));
        await allows(accessRole, changesOfRoles, role("OrganizationAccountAccessRole"));
      });
    }
    it("is not there where roles protects them, nor where nobody is exempt", () => {
      for (const names of [
        ["roles", "identities", "federation"],
        ["organization", "root"],
      ] as GuardRail[][]) {
        expect(guardRailPolicy(settings(names))?.Statement.map(({ Sid }) => Sid)).to.not.include("GuardExempt");
      }
    });
  });

  describe("GuardIdentities", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["identities"])));
    const credentials = [
      ...["iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:EnableMFADevice"],
      ...["iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential"],
      ...["iam:UploadSSHPublicKey", "iam:UploadSigningCertificate"],
    ];

    it("denies a developer's session users, passwords, devices and every other credential of a user", async () => {
      await denies(alice, credentials, user("mallory"));
      await denies(alice, credentials, user("team/mallory"));
      await denies(alice, "iam:CreateVirtualMFADevice", `arn:aws:iam::${account}:mfa/mallory`);
    });
    it("denies them to a user with MFA as well", () =>
      denies({ principal: user("mallory"), mfa: "true" }, credentials, user("mallory")));
    it("lets it take users and credentials away, and read them", () =>
      allows(
        alice,
        ["iam:DeleteUser", "iam:DeleteAccessKey", "iam:DeleteLoginProfile", "iam:DeactivateMFADevice", "iam:GetUser"],
        user("mallory"),
      ));
    it("lets the access role and StackSets' roles go on", async () => {
      await allows(accessRole, credentials, user("machine"));
      await allows(stackSets, credentials, user("machine"));
    });
  });

  describe("GuardAccessKeys", () => {
    const keys = ["iam:CreateAccessKey", "iam:UpdateAccessKey"];
    const exempt = { "sandbox/mail/smtp": { until: "2027-03-31", reason: "mail" } };

    it("denies a developer's session every access key, and lets the access role go on", async () => {
      const { allows, denies } = under(guardRailPolicy(settings(["identities"])));
      await denies(alice, keys, user("mallory"));
      await allows(accessRole, keys, user("machine"));
      await allows(stackSets, keys, user("machine"));
    });
    it("lets the keys of users be rotated whom the settings exempt by name, and of nobody else", async () => {
      const { allows, denies } = under(guardRailPolicy(settings(["identities"], { exempt })));
      await allows(alice, keys, user("mail/smtp"));
      await denies(alice, keys, user("smtp"));
      await denies(alice, keys, user("mail/smtp", "444444444444"));
      await denies(alice, ["iam:CreateUser", "iam:CreateLoginProfile"], user("mail/smtp"));
    });
  });

  describe("GuardFederation", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["federation"])));
    const provider = `arn:aws:iam::${account}:oidc-provider/example.com`;
    const saml = `arn:aws:iam::${account}:saml-provider/example`;

    it("denies a developer's session identity providers, trust anchors and Identity Center", async () => {
      await denies(alice, ["iam:CreateOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider"], provider);
      await denies(alice, "iam:UpdateOpenIDConnectProviderThumbprint", provider);
      await denies(alice, ["iam:CreateSAMLProvider", "iam:UpdateSAMLProvider"], saml);
      await denies(alice, "rolesanywhere:CreateTrustAnchor");
      const anchor = `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/1`;
      await denies(alice, ["rolesanywhere:UpdateTrustAnchor", "rolesanywhere:EnableTrustAnchor"], anchor);
      await denies(alice, "sso:CreateInstance");
    });
    it("lets it read and delete them, and the access role and StackSets' roles make them", async () => {
      await allows(alice, ["iam:GetOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider"], provider);
      for (const who of [accessRole, stackSets]) await allows(who, "iam:CreateOpenIDConnectProvider", provider);
    });
  });

  describe("GuardOrganization", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["organization"])));
    it("denies everybody leaving, going over to another organization, and closing the account", async () => {
      for (const who of [alice, accessRole, stackSets, { principal: `arn:aws:iam::${account}:root` }]) {
        await denies(who, ["organizations:LeaveOrganization", "account:CloseAccount"]);
        await denies(
          who,
          "organizations:AcceptHandshake",
          `arn:aws:organizations::${account}:handshake/o-other/invite/h-1`,
        );
      }
    });
    it("lets everything else be", () => allows(alice, ["organizations:DescribeOrganization", "account:ListRegions"]));
  });

  describe("GuardRoot", () => {
    const { allows, denies } = under(guardRailPolicy(settings(["root"])));
    const root: Partial<Question> = {
      principal: `arn:aws:iam::${account}:root`,
      context: { "aws:PrincipalType": "Account" },
    };
    it("denies the root user everything, with MFA as well", async () => {
      await denies(root, ["ec2:DescribeInstances", "iam:ListUsers"]);
      await denies({ ...root, mfa: "true" }, ["ec2:DescribeInstances", "iam:ListUsers"]);
      await denies(root, "iam:CreateAccessKey", user("root"));
    });
    it("lets the management account's root sessions through", () =>
      allows({ ...root, context: { ...root.context, "aws:AssumedRoot": "true" } }, "iam:ListUsers"));
    it("lets everybody else be", async () => {
      await allows(alice, "ec2:DescribeInstances");
      await allows({ principal: machine }, "ec2:DescribeInstances");
      await allows({ principal: user("root") }, "ec2:DescribeInstances");
    });
  });
});

describe("the guard rail of the auth account", () => {
  const auth = "222222222222";
  const { allows, denies } = under(authAccountPolicy());
  const mallory = (mfa?: "true" | "false"): Partial<Question> => ({
    principal: user("mallory", auth),
    ...(mfa !== undefined && { mfa }),
    context: { "aws:username": "mallory" },
  });
  const root: Partial<Question> = {
    principal: `arn:aws:iam::${auth}:root`,
    context: { "aws:PrincipalType": "Account" },
  };
  const ofUser = enrolment().filter((action) => !/VirtualMFADevices?$/.test(action));
  const device = (name: string): string => `arn:aws:iam::${auth}:mfa/${name}`;

  describe("GuardAuth", () => {
    const anything = ["iam:ListUsers", "ec2:DescribeInstances", "organizations:DescribeOrganization"];
    it("denies a user without MFA what was given besides enrolling", async () => {
      for (const mfa of [undefined, "false"] as const) {
        await denies(mallory(mfa), anything);
        await denies(mallory(mfa), "iam:AttachUserPolicy", user("mallory", auth));
        await denies(mallory(mfa), ["sts:AssumeRole", "sts:TagSession"], role("open"));
      }
    });
    it("denies root without MFA the same", () => denies(root, anything));
    it("lets everybody go on with MFA", async () => {
      await allows(mallory("true"), anything);
      await allows({ ...root, mfa: "true" }, anything);
    });
    it("lets role sessions be, the access role's among them", async () => {
      for (const name of ["OrganizationAccountAccessRole", "build"]) {
        const principal = `arn:aws:sts::${auth}:assumed-role/${name}/session`;
        await allows({ principal, principalType: "AssumedRole" }, anything);
      }
    });
  });

  describe("GuardAuthOthers", () => {
    it("lets a user enrol without MFA, under a path as well", async () => {
      await allows(mallory(), ofUser, user("mallory", auth));
      await allows(mallory(), ofUser, user("team/mallory", auth));
      await allows(mallory(), "iam:CreateVirtualMFADevice", device("mallory"));
      await allows(mallory(), "iam:ListVirtualMFADevices");
    });
    it("denies a user without MFA the keys, the password and the device of somebody else", async () => {
      for (const mfa of [undefined, "false"] as const) {
        await denies(mallory(mfa), ofUser, user("alice", auth));
        await denies(mallory(mfa), ofUser, user("alice-mallory", auth));
        await denies(mallory(mfa), "iam:CreateVirtualMFADevice", device("alice"));
      }
    });
    it("lets an administrator do it with MFA, and the access role", async () => {
      await allows(mallory("true"), ofUser, user("alice", auth));
      const principal = `arn:aws:sts::${auth}:assumed-role/OrganizationAccountAccessRole/mfa-admin`;
      await allows({ principal, principalType: "AssumedRole" }, ofUser, user("alice", auth));
    });
  });
});

describe("the guard rail against outsiders", () => {
  const open = (changes: Partial<Question> & { context: Record<string, string> }, trustedAccounts: string[] = []) =>
    isAllowed({
      action: "sts:AssumeRole",
      resource: role("open"),
      principal: "arn:aws:iam::999999999999:role/mallory",
      principalType: "AssumedRole",
      trust: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }] },
      resourceControl: outsidersPolicy(organizationId, { trustedAccounts }),
      ...changes,
      context: { "aws:PrincipalIsAWSService": "false", ...changes.context },
    });
  const outsider = { "aws:PrincipalAccount": "999999999999" };

  it("denies AssumeRole to who is of no organization, and to who is of another", async () => {
    expect(await open({ context: outsider })).to.equal(false);
    expect(await open({ context: { ...outsider, "aws:PrincipalOrgID": "o-other" } })).to.equal(false);
  });
  it("denies it without the key that tells services apart", async () => {
    const context = { "aws:PrincipalAccount": "999999999999", "aws:PrincipalOrgID": "o-other" };
    expect(await open({ context })).to.equal(false);
  });
  it("lets the organization's own accounts through", async () => {
    const context = { "aws:PrincipalAccount": "222222222222", "aws:PrincipalOrgID": organizationId };
    expect(await open({ context })).to.equal(true);
  });
  it("lets trusted accounts through, and no others", async () => {
    const context = { ...outsider, "aws:PrincipalOrgID": "o-other" };
    expect(await open({ context }, ["999999999999"])).to.equal(true);
    expect(await open({ context: outsider }, ["888888888888", "999999999999"])).to.equal(true);
    expect(await open({ context }, ["888888888888"])).to.equal(false);
  });
  it("lets AWS's services and service-linked roles through", async () => {
    expect(await open({ context: { "aws:PrincipalIsAWSService": "true" } })).to.equal(true);
    const linked = "arn:aws:iam::999999999999:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    expect(await open({ context: { ...outsider, "aws:PrincipalArn": linked } })).to.equal(true);
  });
  it("is about AssumeRole alone: sign-ins by SAML and web identity carry no organization", () => {
    const actions = outsidersPolicy(organizationId, { trustedAccounts: [] }).Statement.map(({ Action }) => Action);
    expect(actions).to.eql(["sts:AssumeRole"]);
  });
});

describe("the policies of the guard rails", () => {
  const all = settings([...guardRailNames], {
    permissions: Array.from({ length: 10 }, (_, index) => `arn:aws:iam::*:policy/${"p".repeat(100)}${index}`),
    permissionsBoundary: `arn:aws:iam::*:policy/${"b".repeat(128)}`,
    exempt: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `sandbox/${"u".repeat(60)}${index}`,
        { until: "2027-03-31", reason: "mail" },
      ]),
    ),
    trustedAccounts: Array.from({ length: 100 }, (_, index) => String(900_000_000_000 + index)),
  });

  it("are none without guard rails: the article's documents stand alone", () => {
    expect(guardRailPolicies(settings([]), organizationId)).to.eql([]);
    expect(guardRailPolicy(settings([]))).to.equal(undefined);
  });
  it("are three at most: two of the development units, and one of the auth account", () => {
    const policies = guardRailPolicies(all, organizationId);
    expect(policies.map(({ type, targetIds }) => [type, ...targetIds])).to.eql([
      ["SERVICE_CONTROL_POLICY", "ou-abcd-11111111"],
      ["SERVICE_CONTROL_POLICY", "222222222222"],
      ["RESOURCE_CONTROL_POLICY", "ou-abcd-11111111"],
    ]);
  });
  it("have a statement of each guard rail that is chosen, and of no other", () => {
    const sids = (names: GuardRail[]): string[] =>
      guardRailPolicies(settings(names), organizationId).flatMap(({ content }) =>
        content.Statement.map(({ Sid = "" }) => Sid),
      );
    expect(guardRailNames.map((name) => sids([name]))).to.eql([
      ["GuardRoles"],
      ["GuardExempt", "GuardIdentities", "GuardAccessKeys"],
      ["GuardExempt", "GuardFederation"],
      ["GuardOrganization"],
      ["GuardRoot"],
      ["GuardAuth", "GuardAuthOthers"],
      ["GuardOutsiders"],
    ]);
  });
  it("exempt nobody by a tag", () => {
    expect(JSON.stringify(guardRailPolicies(all, organizationId))).to.not.match(/PrincipalTag|ResourceTag|RequestTag/);
  });
  it("are within what AWS takes: 10,240 characters of a service control policy, 5,120 of a resource control policy", () => {
    const limits = { SERVICE_CONTROL_POLICY: 10_240, RESOURCE_CONTROL_POLICY: 5_120 };
    for (const { type, content } of guardRailPolicies(all, organizationId)) {
      expect(JSON.stringify(content).length).to.be.below(limits[type]);
    }
  });
});
