import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AttachPolicyCommand,
  DetachPolicyCommand,
  DisablePolicyTypeCommand,
  type ListPoliciesCommandInput,
  ListPoliciesCommand,
  MoveAccountCommand,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";
import { expect } from "chai";

import type { Verification } from "../../cli/results/verify.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, allow, clients, policy, trust } from "../sandbox/testing.ts";
import { fewestCalls } from "../support/fewest-calls.ts";
import { Administrator, type Result } from "../support/harness.ts";

const allRails = "[roles, identities, federation, organization, root, auth, outsiders]";
const outsider = "999999999999";

/** The report, and the names of its findings. */
async function verified(admin: Administrator): Promise<Verification & { names: string[] }> {
  const { value } = await admin.json("verify");
  const report = value as Verification;
  return { ...report, names: report.findings.filter((one) => !one.accepted).map(({ name }) => name) };
}

const guarded = (text: string): string =>
  text.replace(
    "  mfa-admin:developers:",
    `  mfa-admin:guardRails: ${allRails}\n  mfa-admin:accessKeys: with-mfa\n  mfa-admin:mfaMaxAge: 3600\n  mfa-admin:developers:`,
  );

/** Makes a policy of the organization findable by its name. */
async function policyId(admin: Administrator, name: string, type: ListPoliciesCommandInput["Filter"]): Promise<string> {
  const { organizations } = clients(admin.sandbox);
  const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: type }));
  const id = Policies.find(({ Name }) => Name === name)?.Id;
  if (id === undefined) throw new Error(`there is no policy ${name}`);
  return id;
}

const scp = "SERVICE_CONTROL_POLICY";
const rcp = "RESOURCE_CONTROL_POLICY";

describe("verify", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    restore = await admin.save();
  });
  afterEach(() => restore());
  after(() => admin.close());

  const inSandbox = () => administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["sandbox"] ?? "");
  const inAuth = () => administratorOf(admin.sandbox, admin.sandbox.authAccount);

  it("finds nothing on an untouched stack, changes nothing, and needs hardly more calls than the fewest", async () => {
    const from = admin.sandbox.requests.length;
    const { stdout, stderr } = await admin.succeed("verify", "--exit-code");
    expect(stderr).to.equal("");
    expect(stdout).to.match(/^All \d+ promises hold\.\n/);
    expect(stdout).to.contain("which the simulator does not judge");
    const asked = Map.groupBy(admin.sandbox.requests.slice(from), ({ action }) => action);
    expect([...asked.keys()].sort()).to.eql(Object.keys(fewestCalls).sort());
    const total = [...asked.values()].flat().length;
    const least = Object.values(fewestCalls).reduce((sum, count) => sum + count, 0);
    expect(total, [...asked].map(([action, { length }]) => `${action} ${length}`).join(", ")).to.be.at.most(
      1.5 * least,
    );
  });

  it("asks no more of AWS for many developers and accounts that are alike", async () => {
    const developmentAccounts = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`team-${index + 1}`, `${index + 3}`.repeat(12)]),
    );
    const many = await Administrator.withProject({
      developmentAccounts,
      edit: (text) =>
        text.replace(
          /developmentAccounts:[^]*?(?=\n {2}mfa)/,
          `developmentAccounts: ${JSON.stringify(developmentAccounts)}`,
        ),
    });
    try {
      const from = many.sandbox.requests.length;
      await many.run("verify");
      const asked = many.sandbox.requests.slice(from).filter(({ action }) => action === "SimulateCustomPolicy");
      expect(asked.length).to.be.at.most(fewestCalls["SimulateCustomPolicy"] ?? 0);
    } finally {
      await many.close();
    }
  });

  it("names holes in the auth account", async () => {
    const { iam } = await inAuth();
    admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "eve", [ADMINISTRATOR_ACCESS]);
    await iam.send(new AttachUserPolicyCommand({ UserName: "alice", PolicyArn: ADMINISTRATOR_ACCESS }));
    await iam.send(new CreateGroupCommand({ GroupName: "admins" }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName: "admins", PolicyArn: ADMINISTRATOR_ACCESS }));
    await iam.send(new AddUserToGroupCommand({ GroupName: "admins", UserName: "bob" }));
    await iam.send(
      new AttachGroupPolicyCommand({
        GroupName: "mfa-admin-developers",
        PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      }),
    );
    const open = trust(`arn:aws:iam::${admin.sandbox.authAccount}:root`);
    await iam.send(new CreateRoleCommand({ RoleName: "jump", AssumeRolePolicyDocument: open }));
    admin.sandbox.rootUser(admin.sandbox.authAccount);

    const { names, findings } = await verified(admin);
    expect(names).to.include.members([
      "user/auth/eve",
      "developer-permissions/auth/alice",
      "developer-permissions/auth/bob",
      "developers-group/auth",
      "role-without-mfa/auth/jump",
      "root-key/auth",
      // AWS's simulator shows that the user may do more now.
      "matrix/auth/developer-alice/session-with-mfa/may",
    ]);
    const facts = findings.map(({ fact }) => fact).join("\n");
    // Both have the same policies now, one by a group, so that one stands for both.
    expect(facts).to.contain("Developer alice, like 1 more, by a session with MFA, may in auth: ");
    expect(facts).to.contain("The user bob in auth has what the stack does not give: group admins.");
    expect(facts).to.contain("The IAM user eve in auth is not on the roster, and has 1 active access key.");
  });

  it("names holes in the roles, providers and users of a development account", async () => {
    const { iam } = await inSandbox();
    const id = admin.sandbox.developmentAccounts["sandbox"] ?? "";
    const alice = `arn:aws:iam::${admin.sandbox.authAccount}:user/alice`;
    const withMfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    admin.sandbox.addOutsider(outsider, "outsider");
    admin.sandbox.addAccount("555555555555", "tools");
    const oidc = `arn:aws:iam::${id}:oidc-provider/token.actions.githubusercontent.com`;
    const federated = (provider: string): string =>
      policy({ Effect: "Allow", Principal: { Federated: provider }, Action: "sts:AssumeRoleWithWebIdentity" });
    const roles: Record<string, string> = {
      partner: trust(`arn:aws:iam::${outsider}:root`, withMfa),
      everybody: policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }),
      deploy: federated(oidc),
      pool: federated("cognito-identity.amazonaws.com"),
      local: trust(`arn:aws:iam::${id}:root`),
      lax: trust(alice, { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }),
      tools: trust("arn:aws:iam::555555555555:root"),
      "developer-carol": trust(alice, withMfa),
    };
    for (const [RoleName, AssumeRolePolicyDocument] of Object.entries(roles)) {
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    }
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: "OrganizationAccountAccessRole",
        PolicyDocument: trust([`arn:aws:iam::${admin.sandbox.managementAccount}:root`, alice]),
      }),
    );
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-alice", PolicyDocument: trust(alice) }));
    await iam.send(
      new PutRolePolicyCommand({ RoleName: "developer-bob", PolicyName: "more", PolicyDocument: policy(allow("*")) }),
    );
    await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: "https://idp.example.com", ClientIDList: ["sts.amazonaws.com"] }),
    );
    await iam.send(new CreateSAMLProviderCommand({ Name: "Okta", SAMLMetadataDocument: "<EntityDescriptor/>" }));
    await iam.send(new CreateUserCommand({ UserName: "ci" }));
    await iam.send(new CreateAccessKeyCommand({ UserName: "ci" }));
    admin.sandbox.rootUser(id);

    expect((await verified(admin)).names.sort()).to.eql(
      [
        "role-for-outsider/sandbox/partner",
        "role-for-anybody/sandbox/everybody",
        "role-for-provider/sandbox/deploy",
        "role-for-provider/sandbox/pool",
        "role-without-mfa/sandbox/local",
        "role-without-mfa/sandbox/lax",
        "role-for-other-account/sandbox/tools",
        "stray-role/sandbox/developer-carol",
        "access-role/sandbox/OrganizationAccountAccessRole",
        "developer-role/sandbox/developer-alice",
        "role-permissions/sandbox/developer-bob",
        "provider/sandbox/idp.example.com",
        "provider/sandbox/Okta",
        "user/sandbox/ci",
        "root-key/sandbox",
      ].sort(),
    );
  });

  it("names a policy of the developers that was changed, and what they may do by it", async () => {
    const { iam } = await inAuth();
    await iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: `arn:aws:iam::${admin.sandbox.authAccount}:policy/mfa-admin-developer`,
        PolicyDocument: policy(allow(["iam:*", "sts:AssumeRole"])),
        SetAsDefault: true,
      }),
    );
    // Somebody has taken bob out of the group besides: he may not even enrol.
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: "mfa-admin-developers", UserName: "bob" }));
    const { names, lines } = await verified(admin);
    expect(names).to.include.members([
      "developers-policy/auth",
      "matrix/auth/developer-alice/access-key/may",
      "matrix/auth/developer-bob/access-key/may-not",
    ]);
    const assumed = lines.find(
      ({ action, credentials, expected }) =>
        action === "sts:AssumeRole" && credentials === "access key" && expected === "denied",
    );
    expect(assumed).to.include({ got: "allowed", holds: false });
  });

  it("names a service control policy that is taken off, or says less, by what users may do then", async () => {
    const { organizations } = clients(admin.sandbox);
    const PolicyId = await policyId(admin, "mfa-admin-require-mfa", scp);
    const names = [
      "control-policy/mfa-admin-require-mfa",
      "matrix/sandbox/an-iam-user-who-may-do-everything/access-key/may",
    ];
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: admin.sandbox.organizationalUnit }));
    const off = await verified(admin);
    expect(off.names).to.include.members([...names, "matrix/payments/the-root-user/access-key/may"]);
    expect(off.findings[0]?.fact).to.contain("mfa-admin-require-mfa is not attached, above sandbox, payments.");
    await restore();
    // Without IfExists, a request by a long-term key does not match.
    const Condition = { Bool: { "aws:MultiFactorAuthPresent": "false" } };
    const Content = policy({ Effect: "Deny", Action: "*", Resource: "*", Condition });
    await organizations.send(new UpdatePolicyCommand({ PolicyId, Content }));
    const weak = await verified(admin);
    expect(weak.names).to.include.members(names);
    expect(weak.names).not.to.include("matrix/sandbox/an-iam-user-who-may-do-everything/session-without-mfa/may");
  });

  it("names an account outside of the units, and a type of policies that is switched off", async () => {
    const { organizations } = clients(admin.sandbox);
    const RootId = admin.sandbox.organization.rootId;
    await organizations.send(
      new MoveAccountCommand({
        AccountId: admin.sandbox.developmentAccounts["payments"],
        SourceParentId: admin.sandbox.organizationalUnit,
        DestinationParentId: RootId,
      }),
    );
    const moved = await verified(admin);
    expect(moved.names).to.include.members([
      "account-outside/payments",
      "control-policy/mfa-admin-require-mfa",
      "matrix/payments/an-iam-user-who-may-do-everything/access-key/may",
    ]);
    expect(moved.names.join()).not.to.contain("sandbox");
    await restore();
    await organizations.send(new DisablePolicyTypeCommand({ RootId, PolicyType: scp }));
    const off = await verified(admin);
    expect(off.names).to.include("policy-type/SERVICE_CONTROL_POLICY");
    expect(off.findings.find(({ kind }) => kind === "policy-type")?.command).to.equal(
      `aws organizations enable-policy-type --policy-type SERVICE_CONTROL_POLICY --root-id ${RootId}`,
    );
  });

  it("names a level without FullAWSAccess, and goes on where the account can't be looked at then", async () => {
    const { organizations } = clients(admin.sandbox);
    const TargetId = admin.sandbox.developmentAccounts["sandbox"] ?? "";
    // The last policy can't be taken off, so that somebody has put another one there.
    const PolicyId = await policyId(admin, "mfa-admin-require-mfa", scp);
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
    await organizations.send(new DetachPolicyCommand({ PolicyId: "p-FullAWSAccess", TargetId }));
    const result = await admin.run("verify", "--exit-code");
    expect(result.status).to.equal(2);
    expect(result.stdout).to.contain("FullAWSAccess is not attached to sandbox");
    expect(result.stdout).to.contain(
      `    aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ${TargetId}\n`,
    );
    expect(result.stdout).to.contain("Not looked at: account sandbox.");
    expect(result.stdout).to.contain("A session of a developer's role, by a role session, may not in sandbox:");
  });

  it("tells an account that can't be reached and a right that is missing, with status 1, and goes on", async () => {
    admin.sandbox.injectFault({
      ...{ service: "sts", action: "AssumeRole", resource: admin.sandbox.developmentAccounts["payments"] ?? "" },
      ...{ code: "AccessDenied", status: 403, times: Infinity },
      message: "User is not authorized to perform: sts:AssumeRole on resource",
    });
    admin.sandbox.injectFault({
      ...{ service: "iam", action: "ListSAMLProviders", code: "AccessDenied", status: 403, times: 1 },
      message: "User is not authorized to perform: iam:ListSAMLProviders on resource: *",
    });
    // Throttling is waited out.
    admin.sandbox.injectFault({ service: "iam", action: "SimulateCustomPolicy", code: "Throttling", times: 3 });
    let result: Result;
    try {
      result = await admin.run("verify", "--exit-code");
    } finally {
      admin.sandbox.clearFaults();
    }
    expect(result.status, result.stderr).to.equal(1);
    expect(result.stdout).to.match(/^Nothing was found, but 2 things could not be looked at\.\n/);
    expect(result.stdout).to.contain("Not looked at: account payments. AccessDenied");
    expect(result.stdout).to.contain("The right iam:ListSAMLProviders is missing;");
  });

  it("tells a failure as markdown, too, for the summary of a job", async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { status, stdout } = await admin.runWith({ env }, "verify", "--exit-code", "--format", "markdown");
    expect(status).to.equal(1);
    expect(stdout).to.match(/^<!-- mfa-admin verify main -->\n### `mfa-admin verify` failed\n/);
    expect(stdout).to.contain("No AWS credentials were found.");
  });

  it("is foretold by a preview: what a change of policies turns, and nothing is asked where it changes none", async () => {
    const simulated = (from: number): number =>
      admin.sandbox.requests.slice(from).filter(({ action }) => action === "SimulateCustomPolicy").length;
    await admin.editSettings((text) =>
      text.replace("  mfa-admin:developers:", "  mfa-admin:contact: it@example.com\n  mfa-admin:developers:"),
    );
    let from = admin.sandbox.requests.length;
    await admin.succeed("preview");
    expect(simulated(from)).to.equal(0);
    await admin.editSettings((text) =>
      text.replace(
        "  mfa-admin:developers:",
        "  mfa-admin:guardRails: [root]\n  mfa-admin:accessKeys: with-mfa\n  mfa-admin:developers:",
      ),
    );
    from = admin.sandbox.requests.length;
    const { stdout } = await admin.succeed("preview");
    expect(stdout).to.contain(
      "! Developer alice, like 1 more, without MFA, in auth: iam:CreateAccessKey, iam:DeleteAccessKey, iam:UpdateAccessKey and iam:ListAccessKeys on user/alice: allowed today, refused after this change.\n",
    );
    expect(stdout).to.match(
      /! The root user, by a session with MFA, in (sandbox and payments|payments and sandbox): .*: allowed today, refused after/,
    );
    // The simulator is not asked about what stays as it is.
    expect(simulated(from))
      .to.be.above(0)
      .and.at.most(2 * (4 * 3 + 3 + 3 + 1 + 1));
    const up = admin.terminal("up");
    await up.waitFor("on user/alice: allowed today, refused after");
    await up.waitFor('Apply to the stack "main"?');
    up.enter("n");
    expect(await up.ended()).to.equal(1);
    admin.sandbox.injectFault({
      ...{ service: "iam", action: "SimulateCustomPolicy", code: "AccessDenied", status: 403, times: Infinity },
      message: "User is not authorized to perform: iam:SimulateCustomPolicy on resource: *",
    });
    try {
      const refused = await admin.succeed("preview", "--format", "markdown");
      expect(refused.stdout).to.contain("The effect of the changed policies could not be looked at in AWS: ");
      expect(refused.stdout).to.contain("perform: iam:SimulateCustomPolicy").and.to.contain("mfa-admin-guard-rails");
    } finally {
      admin.sandbox.clearFaults();
    }
  });

  it("takes what the settings accept for known, and writes markdown and JUnit's XML", async () => {
    const { iam } = await inSandbox();
    await iam.send(new CreateUserCommand({ UserName: "ci" }));
    await iam.send(new CreateUserCommand({ UserName: "old" }));
    await admin.editSettings((text) =>
      text.replace(
        "  mfa-admin:developers:",
        `  mfa-admin:accepted:\n    user/sandbox/ci: { reason: until it has a role, until: 2099-12-31 }\n    user/sandbox/old: { reason: gone soon, until: 2020-01-31 }\n    user/auth/nobody: { reason: is gone }\n  mfa-admin:developers:`,
      ),
    );
    const file = join(admin.directory, "verify.xml");
    const { status, stdout } = await admin.run("verify", "--exit-code", "--format", "markdown", "--junit", file);
    expect(status).to.equal(2);
    expect(stdout).to.match(/^<!-- mfa-admin verify main -->\n### Whether the promise holds in `main`\n/);
    expect(stdout).to.contain("**1 thing does not hold, of ");
    expect(stdout).to.contain("It was accepted until 2020-01-31.");
    expect(stdout).to.contain("- `user/sandbox/ci`: `until it has a role`, until 2099-12-31");
    expect(stdout).to.contain("Accepted, and not found any more: `user/auth/nobody`.");
    const xml = await readFile(file, "utf8");
    expect(xml).to.contain('<testsuite name="findings" tests="2" failures="1" skipped="1">');
    expect(xml).to.match(/<testcase classname="findings" name="user\/sandbox\/old"><failure message="/);
  });
});

describe("verify, with every guard rail and the hardened policy", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({
      developers: ["alice", "bob"],
      resourceControlPolicies: true,
      edit: guarded,
    });
  });
  after(() => admin.close());

  it("finds nothing on an untouched stack; finds each guard rail that is taken off, and what can be done then", async () => {
    const restore = await admin.save();
    const untouched = await verified(admin);
    expect(untouched).to.deep.include({ names: [], holds: true, complete: true });
    const old = untouched.lines.filter(({ credentials }) => credentials === "session with older MFA");
    expect(old.map(({ action, got }) => [action, got])).to.eql([["sts:AssumeRole", "denied"]]);

    const { organizations } = clients(admin.sandbox);
    const detach = async (name: string, type: typeof scp | typeof rcp, TargetId: string): Promise<void> => {
      await organizations.send(new DetachPolicyCommand({ PolicyId: await policyId(admin, name, type), TargetId }));
    };
    const { organizationalUnit: unit, authAccount } = admin.sandbox;
    await detach("mfa-admin-guard-rails", scp, unit);
    await detach("mfa-admin-guard-rails-auth", scp, authAccount);
    await detach("mfa-admin-guard-rails-outsiders", rcp, unit);
    const { names } = await verified(admin);
    expect(names).to.include.members([
      "control-policy/mfa-admin-guard-rails",
      "control-policy/mfa-admin-guard-rails-auth",
      "control-policy/mfa-admin-guard-rails-outsiders",
      "matrix/sandbox/a-session-of-a-developer-s-role/role-session/may",
      "matrix/sandbox/the-root-user/session-with-mfa/may",
      "matrix/auth/a-user-who-was-given-everything/access-key/may",
    ]);
    await restore();
    const RootId = admin.sandbox.organization.rootId;
    await organizations.send(new DisablePolicyTypeCommand({ RootId, PolicyType: rcp }));
    expect((await verified(admin)).names).to.eql([
      "policy-type/RESOURCE_CONTROL_POLICY",
      "control-policy/mfa-admin-guard-rails-outsiders",
    ]);
    await restore();
  });
});
