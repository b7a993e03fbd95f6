import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { settingsFromConfiguration } from "../../infra/configuration.ts";
import { ownPolicies } from "../../infra/own-policies.ts";
import { program } from "../../infra/program.ts";
import { parseSettings, type Settings } from "../../infra/settings.ts";
import { sharedRoleTemplate } from "../../infra/shared-role.ts";
import type { AlikeUsers, ProgramOptions } from "../../infra/context.ts";
import { letMocksKnowHooks, watchMocks } from "../../cli/engine/pulumi-insides.ts";

type Request = Parameters<Parameters<typeof watchMocks>[1]>[0];

interface Recorded {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider: string | undefined;
}

/** Runs the program against Pulumi's mocks. They record the resources that it registers, and make none. */
async function register(
  changes: Record<string, unknown> = {},
  {
    besides = {},
    requested,
    ...options
  }: ProgramOptions & { besides?: Partial<Settings>; requested?: (request: Request) => void } = {},
) {
  const resources: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        resources.push({ type, name, inputs: inputs as Record<string, unknown>, provider });
        return { id: `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    },
    "mfa-admin",
    "test",
  );
  letMocksKnowHooks(pulumi.runtime);
  if (requested !== undefined) watchMocks(pulumi.runtime, requested);
  const settings = parseSettings({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
    developers: { alice: {}, bob: { accounts: ["sandbox"] } },
    ...changes,
  }).data as Settings;
  const outputs = await pulumi.runtime.runInPulumiStack(() =>
    program(
      { ...settings, ...besides },
      {
        pluginVersion: "1.11.0",
        organization: { id: "o-abcdefghij", managementAccount: "111111111111" },
        ...options,
      },
    ),
  );
  return { resources, outputs: outputs as unknown };
}

const ofType = (resources: Recorded[], type: string): Recorded[] =>
  resources.filter((resource) => resource.type === type);

const region = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "ec2:*", Resource: "*" }],
} as const;

describe("the organization's own policies in the Pulumi program", () => {
  const policies = { guardRails: ["organization"], serviceControlPolicies: ["policies/region.json"] };

  it("come between the guard rails and the policy that asks for MFA, on the same units and with the same tags", async () => {
    const ownPolicies = [{ file: "policies/region.json", content: { ...region, Statement: [...region.Statement] } }];
    const { resources } = await register({ ...policies, tags: { team: "core" } }, { besides: { ownPolicies } });
    const made = ofType(resources, "aws-native:organizations:Policy");
    expect(made.map(({ name }) => name)).to.eql(["guard-rails", "own-region", "require-mfa"]);
    expect(made[1]?.inputs).to.eql({
      name: "mfa-admin-own-region",
      description: "The organization's own, from policies/region.json.",
      type: "SERVICE_CONTROL_POLICY",
      content: region,
      targetIds: ["ou-abcd-11111111"],
      tags: [{ key: "team", value: "core" }],
    });
  });

  it("are never left out for want of their files", () => {
    const units = { organizationalUnits: ["ou-abcd-11111111"] };
    expect(() => ownPolicies({ ...policies, ...units })).to.throw(
      "The service control policy policies/region.json was not read.",
    );
  });

  it("are refused by file and line by plain Pulumi, too", () => {
    const settings = {
      organizationalUnits: '["ou-abcd-11111111"]',
      authAccount: "222222222222",
      developmentAccounts: '{"sandbox":"333333333333"}',
    };
    const configure = (files: string[]) => {
      const all = { ...settings, serviceControlPolicies: JSON.stringify(files) };
      pulumi.runtime.setAllConfig(
        Object.fromEntries(Object.entries(all).map(([key, value]) => [`mfa-admin:${key}`, value])),
      );
    };
    try {
      configure(["schemas/preview.schema.json"]);
      expect(() => settingsFromConfiguration(".")).to.throw(
        "schemas/preview.schema.json:2: title: a policy has Version",
      );
      configure(["schemas/none.json"]);
      expect(() => settingsFromConfiguration(".")).to.throw("schemas/none.json: there is no such file");
    } finally {
      pulumi.runtime.setAllConfig({});
    }
  });
});

describe("the Pulumi program", () => {
  it("makes one user per developer and one role in each of their accounts, and the shared policies", async () => {
    const { resources } = await register();
    expect(ofType(resources, "aws-native:iam:User").map(({ name }) => name)).to.have.members(["alice", "bob"]);
    expect(ofType(resources, "aws-native:iam:Role").map(({ name }) => name)).to.have.members([
      "alice@sandbox",
      "alice@payments",
      "bob@sandbox",
    ]);
    expect(ofType(resources, "aws-native:iam:Group")).to.have.length(1);
    expect(ofType(resources, "aws-native:iam:ManagedPolicy")).to.have.length(1);
    expect(ofType(resources, "aws-native:organizations:Policy")).to.have.length(1);
  });

  it("acts in each account through a provider that is pinned to it", async () => {
    const { resources } = await register();
    const providers = ofType(resources, "pulumi:providers:aws-native");
    const account = (name: string) =>
      JSON.parse(String(providers.find((provider) => provider.name === name)?.inputs["allowedAccountIds"])) as unknown;
    expect(providers.map(({ name }) => name)).to.have.members(["management", "auth", "sandbox", "payments"]);
    expect(account("auth")).to.deep.equal(["222222222222"]);
    expect(account("payments")).to.deep.equal(["444444444444"]);
    const role = ofType(resources, "aws-native:iam:Role").find(({ name }) => name === "alice@payments");
    expect(role?.provider).to.contain("::payments::");
  });

  it("lets a role's trust policy name its own developer", async () => {
    const { resources } = await register();
    const role = ofType(resources, "aws-native:iam:Role").find(({ name }) => name === "bob@sandbox");
    expect(role?.inputs["roleName"]).to.equal("developer-bob");
    expect(JSON.stringify(role?.inputs["assumeRolePolicyDocument"])).to.contain("arn:aws:iam::222222222222:user/bob");
  });

  it("gives a role the permissions of its own account where the ARN leaves the account open", async () => {
    const { resources } = await register({
      permissions: ["arn:aws:iam::*:policy/team"],
      permissionsBoundary: "arn:aws:iam::*:policy/limit",
    });
    const role = ofType(resources, "aws-native:iam:Role").find(({ name }) => name === "alice@payments");
    expect(role?.inputs["managedPolicyArns"]).to.deep.equal(["arn:aws:iam::444444444444:policy/team"]);
    expect(role?.inputs["permissionsBoundary"]).to.equal("arn:aws:iam::444444444444:policy/limit");
  });

  describe("with a shared role", () => {
    const shared = { roles: "shared", tags: { team: "it" } };

    it("makes one stack set on the units, and neither roles nor providers of accounts", async () => {
      const { resources, outputs } = await register(shared);
      const [stackSet, ...others] = ofType(resources, "aws-native:cloudformation:StackSet");
      expect(others).to.eql([]);
      expect(stackSet?.provider).to.contain("::management::");
      expect(stackSet?.inputs).to.deep.include({
        stackSetName: "mfa-admin-roles",
        permissionModel: "SERVICE_MANAGED",
        autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
        stackInstancesGroup: [
          { deploymentTargets: { organizationalUnitIds: ["ou-abcd-11111111"] }, regions: ["us-east-1"] },
        ],
        tags: [{ key: "team", value: "it" }],
      });
      expect(ofType(resources, "aws-native:iam:Role")).to.eql([]);
      const providers = ofType(resources, "pulumi:providers:aws-native").map(({ name }) => name);
      expect(providers).to.have.members(["management", "auth"]);
      expect(outputs).to.deep.include({
        sharedRole: "developer",
        developers: {
          alice: { roles: {}, everyAccount: true },
          bob: { roles: { sandbox: "arn:aws:iam::333333333333:role/developer" } },
        },
      });
    });

    const rights = { permissions: ["arn:aws:iam::*:policy/team"], sessionDuration: 3600 };

    it("keeps the developers' own roles while the switch is not finished, with the rights of the settings, and lets people in by both", async () => {
      const kept = { roleName: "dev-alice", description: "as it was", path: "/" };
      const before = { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"], maxSessionDuration: 43_200 };
      const inputs = { ...kept, ...before, permissionsBoundary: "arn:aws:iam::333333333333:policy/old" };
      const roles = [{ developer: "alice", account: "renamed-since", inputs }];
      const otherForm = { roles, accounts: { "renamed-since": "333333333333" } };
      const developers = { alice: { accounts: { sandbox: { until: "2031-01-31" } } } };
      const { resources } = await register({ ...shared, ...rights, developers, guardRails: ["roles"] }, { otherForm });
      const [role, ...others] = ofType(resources, "aws-native:iam:Role");
      expect(others).to.eql([]);
      expect(role?.name).to.equal("alice@renamed-since");
      const { assumeRolePolicyDocument: trust, policies, ...rest } = role?.inputs ?? {};
      expect(rest).to.eql({
        ...kept,
        managedPolicyArns: ["arn:aws:iam::333333333333:policy/team"],
        maxSessionDuration: 3600,
      });
      for (const document of [trust, policies]) expect(JSON.stringify(document)).to.contain("2031-02-01T00:00:00Z");
      expect(role?.provider).to.contain("::renamed-since::");
      const guards = ofType(resources, "aws-native:organizations:Policy").find(({ name }) => name === "guard-rails");
      expect(JSON.stringify(guards?.inputs))
        .to.include('role/dev-*"')
        .and.include('role/developer-*"')
        .and.include('role/developer"');
      const [policy] = ofType(resources, "aws-native:iam:ManagedPolicy");
      expect(JSON.stringify(policy?.inputs))
        .to.include('role/developer"')
        .and.include("role/developer-${aws:username}");
    });

    it("keeps the stack set on the way back, with the rights of the settings", async () => {
      const templateBody = sharedRoleTemplate(
        parseSettings({
          organizationalUnits: ["ou-abcd-11111111"],
          ...{ authAccount: "222222222222", developers: {}, rolePrefix: "dev", roles: "shared" },
        }).data as Settings,
      );
      const stackSet = { description: "as it was", templateBody };
      const developers = { alice: { accounts: { sandbox: { until: "2031-01-31" } } } };
      const { resources } = await register(
        { ...rights, developers, guardRails: ["roles"] },
        { otherForm: { roles: [], accounts: {}, stackSet } },
      );
      const [made] = ofType(resources, "aws-native:cloudformation:StackSet");
      expect(made?.inputs).to.include({ description: "as it was" });
      expect(made?.inputs["templateBody"])
        .to.include('"RoleName":"dev"')
        .and.include(":policy/team")
        .and.include('"MaxSessionDuration":3600')
        .and.not.include("AdministratorAccess");
      expect(ofType(resources, "aws-native:iam:Role")).to.have.length(1);
      const [user] = ofType(resources, "aws-native:iam:User");
      expect(JSON.stringify(user?.inputs["policies"]), "the end of the entry by the shared role")
        .to.contain("2031-02-01T00:00:00Z")
        .and.contain('role/dev"');
      const guards = ofType(resources, "aws-native:organizations:Policy").find(({ name }) => name === "guard-rails");
      expect(JSON.stringify(guards?.inputs)).to.include('role/dev"').and.include("GuardRolesStack");
    });
  });

  it("leaves the auth account's password policy and alias alone, unless the settings have them", async () => {
    const { resources } = await register();
    expect(resources.filter(({ type }) => type.startsWith("aws:"))).to.deep.equal([]);
  });

  it("keeps the auth account's password policy and alias through the AWS provider when the settings have them", async () => {
    const { resources, outputs } = await register({
      passwordPolicy: { minimumPasswordLength: 16, requireSymbols: true },
      accountAlias: "acme-auth",
    });
    const policy = ofType(resources, "aws:iam/accountPasswordPolicy:AccountPasswordPolicy")[0];
    expect(policy?.inputs).to.deep.equal({
      minimumPasswordLength: 16,
      requireSymbols: true,
      allowUsersToChangePassword: true,
    });
    expect(ofType(resources, "aws:iam/accountAlias:AccountAlias")[0]?.inputs).to.deep.equal({
      accountAlias: "acme-auth",
    });
    expect(outputs).to.have.property("signInAddress", "https://acme-auth.signin.aws.amazon.com/console");
  });

  it("has no password, key or other secret in any resource", async () => {
    const { resources } = await register();
    for (const { inputs } of resources) expect(Object.keys(inputs)).to.not.include.members(["loginProfile"]);
  });
});

describe("users without roles of their own are registered alike, so that who compares them needs one registration", () => {
  const ownRole = {
    developer: "alice",
    account: "old",
    inputs: { roleName: "developer-alice", assumeRolePolicyDocument: {} },
  };
  const shared = {
    roles: "shared",
    tags: { team: "core" },
    developers: {
      alice: {},
      bob: { accounts: ["sandbox"] },
      carol: { until: "2099-01-31" },
      dave: { accounts: { sandbox: { until: "2099-01-31" }, payments: {} } },
    },
  };

  /** The users and components of the developers as Pulumi is asked for them, without what is their own. */
  async function requests(options: ProgramOptions = {}) {
    const asked: { name: string; what: object }[] = [];
    const requested = (request: Request): void => {
      if (!/Developer$|User$/.test(request.getType())) return;
      const { name, parent, ...all } = request.toObject();
      const own = ["object", "propertydependenciesMap", "sourceposition", "stacktraceList", "stacktrace"];
      const what = Object.fromEntries(Object.entries(all).filter(([key]) => !own.includes(key)));
      asked.push({ name, what: { ...what, parent: parent.replace(/::[^:]*$/, "") } });
    };
    const { resources, outputs } = await register(shared, { ...options, requested });
    const keys = resources.map(({ type, name }) => `${type} ${name}`);
    return { asked, outputs, keys, users: ofType(resources, "aws-native:iam:User") };
  }

  it("the first one is registered, and the others would be like it but for the inputs that are told", async () => {
    const all = await requests();
    expect(all.asked).to.have.length(8);
    for (const [, ofOneType] of Map.groupBy(all.asked, ({ what }) => (what as { type: string }).type)) {
      expect(ofOneType).to.have.length(4);
      for (const { what } of ofOneType) expect(what).to.eql(ofOneType[0]?.what);
    }
    let told: AlikeUsers | undefined;
    const alone = await requests({ alike: (users) => (told = users) });
    expect(alone.asked).to.eql(all.asked.filter(({ name }) => name === "alice"));
    expect(alone.outputs).to.eql(all.outputs);
    const ofOthers = all.asked.filter(({ name }) => name !== "alice");
    const keysOfOthers = ofOthers.map(({ name, what }) => `${(what as { type: string }).type} ${name}`);
    expect(all.keys).to.have.members([...alone.keys, ...keysOfOthers]);
    const { first, others, inputsOf } = told ?? expect.fail("nobody is alike");
    expect([first, others]).to.eql(["alice", ["bob", "carol", "dave"]]);
    const groups = ["developers-id"];
    for (const { name, inputs } of all.users) expect({ ...inputsOf(name), groups }).to.eql(inputs);
  });

  const providers = { old: "555555555555" };
  const exceptions: [string, Record<string, unknown>, ProgramOptions][] = [
    ["roles of their own", { ...shared, roles: "per-developer" }, {}],
    ["roles of the old form", shared, { otherForm: { roles: [ownRole], accounts: providers } }],
    [
      "roles in accounts that cannot be reached",
      shared,
      { unreached: { accounts: providers, roles: [ownRole], permissions: [] } },
    ],
  ];
  for (const [what, changes, options] of exceptions) {
    it(`all are registered where any has ${what}`, async () => {
      const { resources } = await register(changes, { ...options, alike: () => expect.fail() });
      expect(ofType(resources, "aws-native:iam:User")).to.have.length(4);
      expect(ofType(resources, "aws-native:iam:Role")).not.to.eql([]);
    });
  }
});
