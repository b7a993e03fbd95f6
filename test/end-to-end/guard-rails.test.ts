import { expect } from "chai";

import { guardRailNames } from "../../infra/guard-rails.ts";
import { type Group, type Role, type Sandbox, startSandbox } from "../sandbox/index.ts";
import { defaultDocument } from "../sandbox/model/entities.ts";
import { Administrator } from "../support/harness.ts";
import { makeStack, settingsFor } from "../support/stack-without-engine.ts";

/** What the organization's policies say, and of whom. */
const controlPolicies = ({ organization }: Sandbox) =>
  [...organization.policies.values()]
    .filter(({ awsManaged }) => !awsManaged)
    .map(({ name, type, content, targets }) => ({
      ...{ name, type, content: JSON.parse(content) as unknown, targets: [...targets] },
    }));

/** What groups and roles of an account may do, and whom the roles trust. */
function rightsIn(sandbox: Sandbox, name: string) {
  const account = sandbox.organization.account(sandbox.developmentAccounts[name] ?? sandbox.authAccount);
  const ownPolicies = [...account.policies].map((policy) => JSON.parse(defaultDocument(policy)) as unknown);
  const given = ({ name, attachedPolicies }: Group | Role) => [name, ...attachedPolicies];
  const trusts = [...account.roles].map(({ trustPolicy }) => trustPolicy.replace(/AIDA\w+/g, "a user"));
  return {
    ownPolicies,
    groups: [...account.groups].map(given),
    roles: [...account.roles].map(given).sort(),
    trusts: trusts.sort(),
  };
}

describe("guard rails", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], resourceControlPolicies: true });
  });
  after(() => admin.close());

  it("are shown by their statements and come with up", async () => {
    await admin.editSettings((text) =>
      text.replace(
        "  mfa-admin:developers:",
        "  mfa-admin:guardRails: [roles, identities, federation, organization, root, auth, outsiders]\n  mfa-admin:developers:",
      ),
    );
    expect((await admin.succeed("preview")).stdout).to.contain("Adds 3 guard rails;");
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("preview")).stdout).to.contain("Nothing to do");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
  });

  it("are the policies that test/attacks tries, on the same units and accounts", async () => {
    const sandbox = await startSandbox({ resourceControlPolicies: true });
    try {
      const developers = { alice: {}, bob: {} };
      await makeStack(sandbox, settingsFor(sandbox, { developers, guardRails: [...guardRailNames] }));
      expect(controlPolicies(admin.sandbox)).to.have.deep.members(controlPolicies(sandbox)).and.to.have.length(4);
      for (const account of ["auth", "sandbox", "payments"]) {
        expect(rightsIn(admin.sandbox, account), account).to.eql(rightsIn(sandbox, account));
      }
    } finally {
      await sandbox.close();
    }
  });
});
