import { expect } from "chai";

import { endedSessionsIn, endedSessionsPolicy } from "../../infra/ended-sessions.ts";
import { developerPolicy, type PolicyDocument } from "../../infra/policies.ts";
import { type SharedRole, sharedRoleTemplate } from "../../infra/shared-role.ts";
import { interpret } from "../sandbox/services/cloudformation/template.ts";
import { isAllowed, type Question, without } from "../support/decision.ts";

const [AUTH, SANDBOX, PAYMENTS] = ["222222222222", "333333333333", "444444444444"];
const shared: SharedRole = {
  authAccount: AUTH,
  rolePrefix: "developer",
  permissions: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  permissionsBoundary: undefined,
  sessionDuration: 43_200,
  mfaMaxAge: undefined,
};

/** The role as CloudFormation makes it in an account. */
function roleIn(accountId: string, changes: Partial<SharedRole> = {}): Record<string, unknown> {
  const template = sharedRoleTemplate({ ...shared, ...changes });
  const [role] = interpret(template, { accountId, region: "us-east-1" }).values();
  return role?.properties ?? {};
}

const trustIn = (accountId: string, changes?: Partial<SharedRole>): PolicyDocument =>
  JSON.parse(String(roleIn(accountId, changes)["AssumeRolePolicyDocument"])) as PolicyDocument;

/** A request of alice, who has these tags and MFA, to assume an account's role with her name as the session name. */
function entering(account: string, tags: Record<string, string>, changes: Partial<Question> = {}): Question {
  return {
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${account}:role/developer`,
    identity: [developerPolicy({ rolePrefix: "developer", roles: "shared" })],
    trust: trustIn(account),
    mfa: "true",
    ...changes,
    context: {
      "sts:RoleSessionName": "alice",
      "aws:PrincipalAccount": AUTH,
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/mfa-admin:${key}`, value])),
      ...changes.context,
    },
  };
}

const inSandbox = { [`in/${SANDBOX}`]: "sandbox" };
const everywhere = { "every-account": "yes" };

describe("the shared role", () => {
  it("is named by the prefix, and has the settings' permissions, boundary and longest session in each account", () => {
    const role = roleIn(PAYMENTS, {
      permissions: ["arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::*:policy/team"],
      permissionsBoundary: "arn:aws:iam::*:policy/limit",
      sessionDuration: 7200,
    });
    expect(role).to.deep.include({
      RoleName: "developer",
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/PowerUserAccess", `arn:aws:iam::${PAYMENTS}:policy/team`],
      PermissionsBoundary: `arn:aws:iam::${PAYMENTS}:policy/limit`,
      MaxSessionDuration: 7200,
    });
  });

  it("has one template for all accounts, with a trust within the 2,048 characters that IAM takes", () => {
    expect(sharedRoleTemplate(shared)).to.not.match(/\d{12}(?!:root)/);
    expect(JSON.stringify(trustIn(SANDBOX, { mfaMaxAge: 43_200 })).length).to.be.below(2_048);
  });

  for (const [title, tags] of [
    ["AllowDeveloperOfThisAccount lets in whose tag names the account", inSandbox],
    ["AllowDeveloperOfEveryAccount lets in who has the tag for every account", everywhere],
  ] as const) {
    describe(title, () => {
      const refused = async (changes: Partial<Question>): Promise<void> => {
        expect(await isAllowed(entering(SANDBOX, tags, changes))).to.equal(false);
      };

      it("with MFA, under the user's own name", async () => {
        expect(await isAllowed(entering(SANDBOX, tags))).to.equal(true);
      });
      it("not without MFA, and not by a session that was made without", async () => {
        expect(await isAllowed(without(entering(SANDBOX, tags), "mfa"))).to.equal(false);
        await refused({ mfa: "false" });
      });
      it("not under another's name", () => refused({ context: { "sts:RoleSessionName": "bob" } }));
      it("not as a role, which has no user's name", () =>
        refused({
          principal: `arn:aws:sts::${AUTH}:assumed-role/admin/alice`,
          principalType: "AssumedRole",
          context: { "aws:username": "" },
        }));
      it("not as a user of another account with the same tags", () =>
        refused({
          principal: `arn:aws:iam::${PAYMENTS}:user/alice`,
          context: { "aws:PrincipalAccount": PAYMENTS },
        }));
      it("not by MFA that is older than the settings take", async () => {
        const trust = trustIn(SANDBOX, { mfaMaxAge: 3600 });
        await refused({ trust, context: { "aws:MultiFactorAuthAge": "3601" } });
        const young = { trust, context: { "aws:MultiFactorAuthAge": "3599" } };
        expect(await isAllowed(entering(SANDBOX, tags, young))).to.equal(true);
      });
      it("not in the auth account itself, were it among the targets", async () => {
        const own = { ...tags, [`in/${AUTH}`]: "auth" };
        expect(await isAllowed(entering(AUTH, own))).to.equal(false);
      });
    });
  }

  it("lets nobody in without a tag, or with another account's", async () => {
    for (const tags of [
      {},
      { [`in/${PAYMENTS}`]: "payments" },
      { "every-account": "no" },
      { [`account/sandbox`]: SANDBOX },
    ]) {
      expect(await isAllowed(entering(SANDBOX, tags)), JSON.stringify(tags)).to.equal(false);
    }
  });
});

describe("the developer policy with a shared role", () => {
  const assume = (name: string, switching?: boolean): Question => ({
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${SANDBOX}:role/${name}`,
    identity: [developerPolicy({ rolePrefix: "developer", roles: "shared" }, switching)],
    trust: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${AUTH}:root` }, Action: "sts:AssumeRole" }],
    },
    mfa: "true",
  });

  it("allows the role of that very name, with MFA", async () => {
    expect(await isAllowed(assume("developer"))).to.equal(true);
    expect(await isAllowed(without(assume("developer"), "mfa"))).to.equal(false);
    for (const other of ["developer-alice", "developer-bob", "admin", "team/developer"]) {
      expect(await isAllowed(assume(other)), other).to.equal(false);
    }
  });

  it("allows the developer's own role besides while the switch is not finished, and nobody else's", async () => {
    for (const [name, allowed] of [
      ["developer", true],
      ["developer-alice", true],
      ["developer-bob", false],
    ] as const) {
      expect(await isAllowed(assume(name, true)), name).to.equal(allowed);
    }
  });
});

describe("the policy that ends sessions of the shared role", () => {
  const before = new Date("2026-11-28T12:00:00Z");
  const session = (
    name: string,
    changes: Record<string, string> = {},
    account = SANDBOX,
    role = "developer",
  ): Question => ({
    action: "ec2:DescribeInstances",
    resource: "*",
    principal: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    principalType: "AssumedRole",
    serviceControl: endedSessionsPolicy([
      { roleName: "developer", userNames: ["ann", "bob"], before },
      { roleName: "developer", userNames: ["carol"], accounts: [SANDBOX], before },
    ]),
    context: {
      "aws:userid": `AROAEXAMPLEEXAMPLE123:${name}`,
      "aws:TokenIssueTime": "2026-11-28T11:59:59Z",
      ...changes,
    },
  });

  it("ends what was made before, of those whom it names", async () => {
    for (const name of ["ann", "bob"]) expect(await isAllowed(session(name))).to.equal(false);
  });
  it("leaves alone those whose names merely end or begin so", async () => {
    for (const name of ["joann", "jo-ann", "ann-b", "anna", "Ann"]) {
      expect(await isAllowed(session(name)), name).to.equal(true);
    }
  });
  it("leaves alone what was made later", async () => {
    expect(await isAllowed(session("ann", { "aws:TokenIssueTime": "2026-11-28T12:00:01Z" }))).to.equal(true);
  });
  it("leaves alone sessions of other roles, and long-term keys", async () => {
    expect(await isAllowed(session("ann", {}, SANDBOX, "ci"))).to.equal(true);
    const { context = {}, ...question } = session("ann");
    expect(await isAllowed({ ...question, context: without(context, "aws:TokenIssueTime") })).to.equal(true);
  });
  it("ends those of one account alone where it names the account", async () => {
    expect(await isAllowed(session("carol"))).to.equal(false);
    expect(await isAllowed(session("carol", {}, PAYMENTS))).to.equal(true);
  });
  it("is read back as it was written, and passes over what is not its own", () => {
    const ended = [
      { roleName: "developer", userNames: ["ann", "bob,jr"], before },
      { roleName: "developer", userNames: ["carol"], accounts: [SANDBOX, PAYMENTS], before },
    ];
    const document = endedSessionsPolicy(ended);
    expect(endedSessionsIn(document)).to.deep.equal(ended);
    const other = { Sid: "Other", Effect: "Deny" as const, Action: "*", Resource: "*" };
    expect(endedSessionsIn(JSON.stringify({ ...document, Statement: [other, ...document.Statement] }))).to.deep.equal(
      ended,
    );
  });
});
