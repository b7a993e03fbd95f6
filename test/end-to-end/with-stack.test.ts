import { expect } from "chai";
import { deserialize } from "node:v8";

import { Administrator } from "../support/harness.ts";
import { expectComplete, expectNothingToDo } from "../support/expectations.ts";

describe("the tests' stack that is there from the start", () => {
  let admin: Administrator;
  let fresh: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
    fresh = await Administrator.withProject({ developers: ["alice"] });
    const { status, stderr } = await fresh.runWith({ ownProcesses: true }, "up", "--yes");
    expect(status, stderr).to.equal(0);
  });
  after(async () => {
    await admin.close();
    await fresh.close();
  });

  it("is what a real up has made: the same files and state, and the same in AWS", async () => {
    expect(Object.keys(await admin.files())).to.eql(Object.keys(await fresh.files()));
    expect(await admin.settings()).to.equal(await fresh.settings());
    expect(text(await admin.resourcesInState())).to.equal(text(await fresh.resourcesInState()));
    // The tests' own plugins open sessions by themselves (`plugins.ts`).
    const withoutSessions = ({ sandbox }: Administrator): string =>
      text({ ...(deserialize(sandbox.save()) as object), sessions: [] });
    expect(withoutSessions(admin)).to.equal(withoutSessions(fresh));
  });

  it("was made by sessions that are called after the administrator, the engine's included", () => {
    const calls = fresh.sandbox.requests.filter(({ principalArn }) => principalArn.includes(":assumed-role/"));
    expect(calls.map(({ service }) => service)).to.include.members(["iam", "cloudcontrol"]);
    expect(new Set(calls.map(({ principalArn }) => principalArn.replace(/^.*\//, "")))).to.eql(
      new Set(["mfa-admin-administrator"]),
    );
  });

  it("leaves a further up nothing to do, and lets the developer in", async () => {
    await expectNothingToDo(admin);
    await expectComplete(admin);
  });

  it("is as it was after what a test has done was put back", async () => {
    const before = [
      text(await admin.resourcesInState()),
      deserialize(admin.sandbox.save()),
      await admin.files(),
    ] as const;
    const restore = await admin.save();
    const { organization, authAccount } = admin.sandbox;
    const auth = organization.account(authAccount);
    await admin.succeed("remove-developer", "alice", "--yes");
    organization.addUnit("ou-abcd-99999999", "Another");
    admin.sandbox.userInMemberAccount(authAccount, "mallory", []);
    await restore();
    expect(auth.users.names).to.eql(["alice"]);
    const after = [
      text(await admin.resourcesInState()),
      deserialize(admin.sandbox.save()),
      await admin.files(),
    ] as const;
    expect(after).to.eql(before);
    await expectNothingToDo(admin);
  });

  /**
   * A value as text, in a fixed order, and without times, random parts (ids, keys, tokens, ciphertexts), and lines of our modules: the tests'
   * resident process has them as CommonJS.
   */
  function text(value: unknown): string {
    return JSON.stringify(inOrder(value), null, 1);
  }

  function inOrder(value: unknown, key?: string): unknown {
    if (value instanceof Date) return "TIME";
    if (typeof value === "string") return /secret|token|ciphertext/i.test(key ?? "") ? "SECRET" : withoutLots(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
      return Array.from<unknown>(value)
        .map((one) => inOrder(one))
        .sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, one]) => [name, inOrder(one, name)] as const)
        .sort(([one], [other]) => one.localeCompare(other)),
    );
  }

  const withoutLots = (words: string): string =>
    words
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/\b(A(?:IDA|GPA|ROA|NPA|KIA|SIA))[A-Z2-7]{16,17}\b/g, "$1…")
      .replace(/\bp-[a-z0-9]{8}\b/g, "p-…")
      .replace(/(\/dist\/[\w/-]+\.js)#\d+,\d+/g, "$1")
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID");
});
