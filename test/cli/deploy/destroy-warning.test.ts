import { expect } from "chai";

import { warningOf } from "../../../cli/deploy/destroy-warning.ts";

describe("the warning before everything is deleted", () => {
  const project = { stack: "main", backendUrl: "file://./state" };
  const ids = (names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, "3"]));

  /** A stack in which each of the developers has a role in each of the accounts. */
  function stack(developers: string[], accounts: string[], units = ["ou-abcd-11111111"]) {
    const one = (account: string, type: string, name: string) => ({ account, type, name, properties: {} });
    const users = developers.map((name) => one("auth", "user", name));
    const roles = developers.flatMap((name) => accounts.map((account) => one(account, "role", `developer-${name}`)));
    const policies = units.length > 0 ? [one("management", "service control policy", "mfa-admin-require-mfa")] : [];
    return {
      developers,
      roles: roles.map(({ name }) => name),
      organizationalUnits: units,
      exemptUntil: {},
      managedPolicies: [],
      accounts: ids(["auth", "management", ...accounts]),
      held: [...users, ...roles, ...policies],
    };
  }

  it("counts one of each as one, and tells off which unit the policy comes", () => {
    expect(warningOf(stack(["alice"], ["sandbox"]), project, [])).to.equal(
      'This deletes 1 developer (alice), 1 role (in sandbox) and the service control policy of the stack "main".\nThe policy comes off ou-abcd-11111111: from then on, access keys work there without MFA.',
    );
  });

  it("counts many, with the first names", () => {
    const developers = Array.from({ length: 40 }, (_, index) => `dev-${index + 1}`);
    const accounts = Array.from({ length: 10 }, (_, index) => `account-${index + 1}`);
    expect(warningOf(stack(developers, accounts), project, [])).to.contain(
      "This deletes 40 developers (dev-1, dev-10, dev-11 and 37 more), 400 roles (in all 10 accounts) and the service",
    );
  });

  it("does not count what is out of reach", () => {
    expect(warningOf(stack(["alice", "bob"], ["sandbox", "payments"], []), project, ["payments"])).to.equal(
      'This deletes 2 developers (alice, bob) and 2 roles (in sandbox) of the stack "main".\n2 roles in payments, out of reach, stay.',
    );
  });

  it("counts what is left where there are no developers any more", () => {
    const { held, ...rest } = stack([], ["sandbox"], []);
    const group = { account: "auth", type: "group", name: "mfa-admin-developers", properties: {} };
    expect(warningOf({ ...rest, held: [...held, group] }, project, [])).to.equal(
      'This deletes 1 other resource of the stack "main".',
    );
  });

  it("names nothing that the stack has not, and the organization that has the stack", () => {
    const theirs = { ...project, backendUrl: "https://api.pulumi.com", organization: "globex" };
    expect(warningOf(stack([], [], []), theirs, [])).to.equal('This deletes what is left of the stack "globex/main".');
  });
});
