import { expect } from "chai";

import { Developer, works } from "./developer.ts";
import type { Administrator } from "./harness.ts";

/** The actions of Cloud Control by which an engine run changes something. */
const mutations = ["CreateResource", "UpdateResource", "DeleteResource"];

/** Expects alice's stack to exist once, with nothing beside it, and alice to get in everywhere. */
export async function expectComplete({ sandbox }: Administrator): Promise<void> {
  const { accounts, policies } = sandbox.organization;
  const names = [...accounts.values()].flatMap(({ users, roles, groups, policies }) =>
    [users, roles, groups, policies].flatMap(({ names }) => names),
  );
  const ours = names.filter((name) => /alice|mfa-admin/.test(name)).sort();
  expect(ours).to.eql(
    ["alice", "developer-alice", "developer-alice", "mfa-admin-developer", "mfa-admin-developers"].sort(),
  );
  expect([...policies.values()].filter(({ awsManaged }) => !awsManaged)).to.have.length(1);
  const alice = await Developer.enrol(sandbox, "alice");
  for (const account of Object.keys(sandbox.developmentAccounts)) {
    expect(await works(await alice.login(account)), account).to.equal(true);
  }
}

/** Expects a further `up` to change nothing. */
export async function expectNothingToDo(admin: Administrator): Promise<void> {
  const from = admin.sandbox.requests.length;
  expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  expect(admin.sandbox.requests.slice(from).filter(({ action }) => mutations.includes(action))).to.eql([]);
}
