import { expect } from "chai";

import type { ControlPolicyType } from "../../../infra/guard-rails.ts";
import type { ControlPolicies, Level } from "../../../cli/matrix/control-policies.ts";
import { organizationComparison } from "../../../cli/verify/organization.ts";
import { guardRailPolicies } from "../../../infra/guard-rails.ts";
import { serviceControlPolicy } from "../../../infra/policies.ts";
import { serviceControlPolicyName } from "../../../infra/names.ts";
import * as made from "./documents.ts";

const { auth, sandbox, organizationId } = made;
const settings = made.settingsWith({ guardRails: ["roles", "auth", "outsiders"] });
const unit = "ou-abcd-11111111";
const [scp, rcp] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] as const;
const full = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

/** An organization as the stack makes it. */
function untouched(as: Parameters<typeof guardRailPolicies>[0] = settings): ControlPolicies {
  const policy = (name: string, type: ControlPolicyType, content: unknown) => ({
    ...{ name, type, content: typeof content === "string" ? content : JSON.stringify(content) },
  });
  const wanted = guardRailPolicies(as, organizationId);
  const ours = (target: string) =>
    wanted.flatMap((one) => (one.targetIds.includes(target) ? [policy(one.name, one.type, one.content)] : []));
  const level = (id: string, ...more: Level["policies"]): Level => ({
    ...{ id, policies: [policy("FullAWSAccess", scp, full), ...ours(id), ...more] },
  });
  const root = level("r-abcd");
  const shield = policy(serviceControlPolicyName, scp, serviceControlPolicy());
  return {
    ...{ rootId: "r-abcd", types: [scp, rcp] },
    levels: new Map([
      [auth, [root, level("ou-abcd-22222222"), level(auth)]],
      [sandbox, [root, level(unit, shield), level(sandbox)]],
    ]),
    states: new Map(),
    names: new Set([serviceControlPolicyName, ...wanted.map(({ name }) => name)]),
  };
}

function found(change: (above: ControlPolicies, unit: Level) => void): string[] {
  const above = untouched();
  change(above, above.levels.get(sandbox)?.[1] ?? { id: "", policies: [] });
  return organizationComparison(above, settings, organizationId).findings.map(({ name }) => name);
}

describe("the policies above the accounts", () => {
  it("are in force on an untouched stack, and guard against outsiders", () => {
    const { findings, compared, guarded } = organizationComparison(untouched(), settings, organizationId);
    expect(findings).to.eql([]);
    expect(compared.every(({ holds }) => holds)).to.equal(true);
    expect(compared.map(({ account, what }) => `${account}: ${what}`)).to.include(
      "auth: service control policy mfa-admin-guard-rails-auth",
    );
    expect([...guarded]).to.eql([sandbox]);
  });

  it("may keep the shared role, too, on the way back to roles of the developers' own", () => {
    const oldForm = { roles: [settings.rolePrefix], stackSet: true };
    const { findings } = organizationComparison(untouched({ ...settings, oldForm }), settings, organizationId);
    expect(findings).to.eql([]);
  });

  it("may deny more than the stack's, also by a policy of another name, and exempt nobody more", () => {
    const more = { Sid: "Region", Effect: "Deny", Action: "ec2:*", Resource: "*" };
    const write = (document: unknown, name = "ours"): string[] =>
      found((_, { policies }) => {
        policies.splice(
          policies.findIndex((one) => one.name === serviceControlPolicyName),
          1,
        );
        policies.push({ name, type: scp, content: JSON.stringify(document) });
      });
    const shield = serviceControlPolicy();
    expect(write({ ...shield, Statement: [...shield.Statement, more] })).to.eql([]);
    const exempting = serviceControlPolicy([{ arn: `arn:aws:iam::${sandbox}:user/eve`, until: "2999-12-31" }]);
    expect(write(exempting, serviceControlPolicyName)).to.eql([`control-policy/${serviceControlPolicyName}`]);
  });

  it("are missed by name where one is taken off or changed, or its type is switched off", () => {
    for (const name of ["mfa-admin-guard-rails", "mfa-admin-guard-rails-outsiders", serviceControlPolicyName]) {
      const taken = found((_, level) => {
        level.policies = level.policies.filter((one) => one.name !== name);
      });
      expect(taken).to.eql([`control-policy/${name}`]);
      const changed = found((_, { policies }) => {
        for (const one of policies) if (one.name === name) one.content = full;
      });
      expect(changed).to.eql([`control-policy/${name}`]);
    }
    const off = found((above) => {
      above.types = [scp];
      for (const levels of above.levels.values()) {
        for (const level of levels) level.policies = level.policies.filter(({ type }) => type === scp);
      }
    });
    expect(off).to.eql([`policy-type/${rcp}`, "control-policy/mfa-admin-guard-rails-outsiders"]);
  });

  it("leave an account out that was moved, and let nothing through where nothing is allowed", () => {
    expect(
      found(({ levels }) => {
        levels.set(
          sandbox,
          (levels.get(sandbox) ?? []).filter(({ id }) => id !== unit),
        );
      }),
    ).to.include("account-outside/sandbox");
    expect(found(({ levels }) => levels.set(sandbox, []))).to.include("account-outside/sandbox");
    expect(
      found((_, level) => {
        level.policies = level.policies.filter(({ name }) => name !== "FullAWSAccess");
      }),
    ).to.eql([`full-access/${unit}`]);
  });
});
