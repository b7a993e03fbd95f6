import { expect } from "chai";

import { parseSettings } from "../../../infra/settings.ts";
import { adopt, forgetDeleted, settleUnfinished } from "../../../cli/engine/adopt.ts";
import type { StepEventMetadata } from "../../../cli/engine/automation.ts";
import type { Deployment, Resource } from "../../../cli/engine/deployment.ts";
import { isUnread, markRead } from "../../../cli/engine/unread.ts";

describe("what AWS has already", () => {
  const urnOf = (type: string, name: string): string => `urn:pulumi:main::mfa-admin::${type}::${name}`;
  const role = "aws-native:iam:Role";

  const provider = (name: string, account: string): Resource => ({
    urn: urnOf("pulumi:providers:aws-native", name),
    type: "pulumi:providers:aws-native",
    custom: true,
    id: name,
    inputs: { allowedAccountIds: JSON.stringify([account]) },
  });
  const roleIn = (account: string): Resource => ({
    urn: urnOf(role, `alice@${account}`),
    type: role,
    custom: true,
    id: "developer-alice",
    inputs: { roleName: "developer-alice" },
    provider: `${urnOf("pulumi:providers:aws-native", account)}::${account}`,
  });
  const deployment = (): Deployment => ({
    resources: [provider("payments", "444444444444"), roleIn("payments"), provider("pay", "444444444444")],
  });
  const settings = () => {
    const { data } = parseSettings({
      organizationalUnits: ["ou-abcd-11111111"],
      authAccount: "222222222222",
      developmentAccounts: { pay: "444444444444" },
      developers: { alice: {} },
    });
    return data ?? expect.fail();
  };
  const exists = (): Promise<boolean> => Promise.resolve(true);
  const create = ({ urn, type, ...wanted }: Resource): StepEventMetadata =>
    ({ op: "create", urn, type, provider: wanted.provider ?? "", new: { urn, type, ...wanted } }) as never;

  it("is not taken in where the state has it under the account's former name, which would delete it", async () => {
    const before = deployment();
    let message = "";
    await adopt(before, [create(roleIn("pay"))], settings(), exists).catch((error: unknown) => {
      ({ message } = error as Error);
    });
    expect(message).to.equal(
      "pay: the role developer-alice is this stack's own, under another name: alice@payments, which is not in the settings any more.",
    );
    expect(before).to.eql(deployment());
  });

  it("is taken in where another account has one of the same name", async () => {
    const state: Deployment = {
      resources: [provider("sandbox", "333333333333"), roleIn("sandbox"), provider("pay", "444444444444")],
    };
    const taken = await adopt(state, [create(roleIn("pay"))], settings(), exists);
    expect(taken.map(({ urn, id }) => [urn, id])).to.eql([[urnOf(role, "alice@pay"), "developer-alice"]]);
  });

  it("is not taken in where it is gone by now", async () => {
    const taken = await adopt(deployment(), [create(roleIn("pay"))], settings(), () => Promise.resolve(false));
    expect(taken).to.eql([]);
  });

  it("comes in the place of what it replaces, which is left to be deleted unless it was already", async () => {
    const old: Resource = { ...roleIn("pay"), id: "old-alice" };
    const user: Resource = { urn: urnOf("aws-native:iam:User", "bob"), type: "aws-native:iam:User", custom: true };
    const wanted = roleIn("pay");
    const replaced = async (before: Resource): Promise<unknown[]> => {
      const state: Deployment = { resources: [provider("pay", "444444444444"), before, user] };
      await adopt(state, [create(wanted)], settings(), exists);
      return state.resources.slice(1).map(({ urn, id, delete: leaving }) => [urn, id, leaving]);
    };
    const taken = [wanted.urn, "developer-alice", undefined];
    const after = [user.urn, undefined, undefined];
    expect(await replaced(old)).to.eql([taken, [wanted.urn, "old-alice", true], after]);
    expect(await replaced({ ...old, pendingReplacement: true })).to.eql([taken, after]);
  });

  it("is not what a run was deleting when it died: that leaves the state, with what depended on it freed", async () => {
    const policy: Resource = { urn: urnOf("aws-native:organizations:Policy", "mfa"), type: "policy", custom: true };
    const bound = (): Resource => ({ ...policy, dependencies: [roleIn("pay").urn, roleIn("payments").urn] });
    const left = async (resource: Resource, isStill: boolean): Promise<unknown[]> => {
      const state: Deployment = {
        resources: [...deployment().resources, roleIn("pay"), bound()],
        pending_operations: [{ type: "deleting", resource }],
      };
      await forgetDeleted(state, settings(), [], () => Promise.resolve(isStill));
      return state.resources.slice(3).map(({ urn, dependencies = [] }) => [urn, ...dependencies]);
    };
    const [own, other] = [roleIn("pay"), roleIn("payments")];
    expect(await left(own, false)).to.eql([[policy.urn, other.urn]]);
    expect(await left(own, true)).to.eql([[own.urn], [policy.urn, own.urn, other.urn]]);
    // AWS is not asked about a resource of a type that the stack never makes, and the state keeps it.
    const unknown = { ...own, type: "aws:iam/accountAlias:AccountAlias" };
    expect(await left(unknown, false)).to.have.length(2);
  });

  it("is to be read where a run was changing it when it died, now or when its account can be reached, until it was read", async () => {
    const [own, other] = [roleIn("pay"), roleIn("sandbox")];
    const state: Deployment = {
      resources: [provider("pay", "444444444444"), own, provider("sandbox", "333333333333"), other, roleIn("payments")],
      pending_operations: [own, other].map((resource) => ({ type: "updating", resource })),
    };
    const asked: string[][] = [];
    const ended = (left: { account: string; words: string }[]): Promise<void> => {
      asked.push(left.map(({ account, words }) => `${account}: ${words}`));
      return Promise.resolve();
    };
    expect(await settleUnfinished(state, settings(), [{ name: "sandbox" }], ended)).to.eql({
      taken: [],
      changing: [own],
      settled: true,
    });
    // The operations themselves are forgotten with the next write of the state.
    const later: Deployment = { resources: state.resources };
    expect(await settleUnfinished(later, settings(), [], ended)).to.eql({
      taken: [],
      changing: [own, other],
      settled: false,
    });
    // AWS may still be at work on it, wherever it can be asked.
    const [here, there] = ["444444444444: role developer-alice (pay)", "333333333333: role developer-alice (sandbox)"];
    expect(asked).to.eql([[here], [here, there]]);
    expect(markRead(later.resources)).to.equal(true);
    expect(later.resources.filter(isUnread)).to.eql([]);
  });
});
