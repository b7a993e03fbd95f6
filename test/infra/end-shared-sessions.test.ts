import { expect } from "chai";

import {
  contentOf,
  endSharedSessions,
  forgetEndedSessions,
  pruneEndedSessions,
  stillNeeded,
} from "../../infra/end-shared-sessions.ts";
import { endedSessionsIn } from "../../infra/ended-sessions.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { startSandboxHere } from "../support/sandbox-here.ts";

const at = (time: string): Date => new Date(`2026-11-28T${time}Z`);
const ended = (name: string, time = "08:00:00") => ({ roleName: "developer", userNames: [name], before: at(time) });

describe("what ends sessions of the shared role", () => {
  it("is needed as long as a console lasts that is opened by the last session, in its last minute", () => {
    const nextDay = (time: string): Date => new Date(`2026-11-29T${time}Z`);
    expect(stillNeeded([ended("ann")], at("20:00:00"))).to.have.length(1);
    expect(stillNeeded([ended("ann")], nextDay("07:59:59"))).to.have.length(1);
    expect(stillNeeded([ended("ann")], nextDay("08:00:00"))).to.eql([]);
  });

  it("says less where it would be longer than AWS takes: all of them, as of the latest time", () => {
    const many = Array.from({ length: 100 }, (_value, index) => ended(`developer-${index}`, `08:0${index % 10}:00`));
    const content = contentOf([...many, { ...ended("bob"), accounts: ["333333333333"] }]);
    expect(content.length).to.be.below(10_240);
    const [all, bob] = endedSessionsIn(content);
    expect(all?.userNames).to.have.length(100);
    expect(all?.before).to.eql(at("08:09:00"));
    expect(bob).to.eql({ ...ended("bob"), accounts: ["333333333333"] });
  });

  describe("in AWS", () => {
    let sandbox: Sandbox;
    let close: () => Promise<void>;
    const unit = "ou-abcd-11111111";

    beforeEach(async () => {
      ({ sandbox, close } = await startSandboxHere());
    });
    afterEach(() => close());

    const policy = () =>
      [...sandbox.organization.policies.values()].find(({ name }) => name === "mfa-admin-ended-sessions");
    const named = (): string[] => endedSessionsIn(policy()?.content).flatMap(({ userNames }) => userNames);
    const end = (name: string): Promise<Date> =>
      endSharedSessions({ roleName: "developer", userNames: [name] }, [unit], 5000);

    it("is dated by AWS's own clock, whatever this machine's says", async () => {
      sandbox.clock.setAhead(90);
      const before = await end("ann");
      expect(before.getTime() - sandbox.clock.now().getTime()).to.be.within(3000, 5000);
      expect(endedSessionsIn(policy()?.content)[0]?.before).to.eql(before);
    });

    it("is one policy on the units, to which a later end adds by one call", async () => {
      await end("ann");
      const from = sandbox.requests.length;
      await end("bob");
      const changes = sandbox.requests.slice(from).filter(({ action }) => !/^(List|Describe)/.test(action));
      expect(changes.map(({ action }) => action)).to.eql(["UpdatePolicy"]);
      expect([...(policy()?.targets ?? [])]).to.eql([unit]);
      expect(named()).to.eql(["ann", "bob"]);
    });

    it("loses nothing of what was ended at the same time, and waits for others who change the organization", async () => {
      sandbox.injectFault({ action: "UpdatePolicy", code: "ConcurrentModificationException", times: 2 });
      await Promise.all(["ann", "bob", "carol"].map(end));
      expect(named()).to.eql(["ann", "bob", "carol"]);
    });

    it("names one who is ended once more only once", async () => {
      await end("ann");
      await end("ann");
      expect(named()).to.eql(["ann"]);
    });

    it("is taken out when no session can be left, and the policy with the last of it", async () => {
      await end("ann");
      sandbox.clock.advance(3600);
      await end("bob");
      sandbox.clock.advance(23 * 3600 + 10);
      await pruneEndedSessions();
      expect(named()).to.eql(["bob"]);
      sandbox.clock.advance(3600);
      await pruneEndedSessions();
      expect(policy()).to.equal(undefined);
    });

    it("is forgotten with the role", async () => {
      await end("ann");
      await forgetEndedSessions();
      expect(policy()).to.equal(undefined);
    });
  });
});
