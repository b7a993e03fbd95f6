import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import type { Look } from "../../../cli/aws/look.ts";
import { asTyped, denialsToPut } from "../../../cli/deploy/put-denials.ts";
import { denials, developersBy, newDenials } from "../../../cli/engine/denials-in-aws.ts";
import { withTakeovers } from "../../../cli/deploy/takeover.ts";
import { parseSettings, type Settings } from "../../../infra/settings.ts";
import { lookAt } from "../../support/look.ts";

const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
const deny = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };

describe("what only denies, and on whom", () => {
  const settings = (developers: string[], more = {}): Settings => {
    const { data } = parseSettings({
      organizationalUnits: ["ou-abcd-11111111"],
      authAccount: "222222222222",
      developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
      developers: Object.fromEntries(developers.map((name) => [name, {}])),
      ...more,
    });
    return data ?? expect.fail();
  };
  const role = (name: string, more: Partial<Identity> = {}): Identity => ({
    ...{ type: "role", name, path: "/", arn: `arn:aws:iam::333333333333:role/${name}` },
    ...{ inlinePolicies: [], managedPolicies: [], groups: [], tags: {} },
    ...more,
  });
  const look = (...identities: Identity[]): Look => lookAt("sandbox", identities);
  const held = (name: string, developer: string) => ({
    ...{ account: "sandbox", type: "role", name, developer },
    properties: {},
  });
  const nothingGiven = { permissions: [], boundaries: [] };

  it("is its owner's, however the names end", () => {
    const before = { held: [held("developer-mary-ann", "mary-ann")], given: nothingGiven };
    const found = look(role("developer-mary-ann", { managedPolicies: [denyAll] }));
    expect(denials(found, settings(["ann"]), before)).to.eql([]);
    const [hers] = denials(found, settings(["ann", "mary-ann"]), before);
    expect(hers).to.deep.include({ developer: "mary-ann", policies: [denyAll] });
  });

  it("is its owner's under a prefix that the settings have no more, in the very account", () => {
    const ownerOf = developersBy(settings(["ann"], { rolePrefix: "engineer" }), [held("developer-ann", "ann")]);
    expect(ownerOf("sandbox", { type: "role", name: "developer-ann" })).to.equal("ann");
    expect(ownerOf("payments", { type: "role", name: "developer-ann" })).to.equal(undefined);
    expect(ownerOf("payments", { type: "role", name: "engineer-ann" })).to.equal("ann");
  });

  it("is nobody's where the settings give it, or gave it when they were last applied, as it is attached", () => {
    const guard = "arn:aws:iam::333333333333:policy/guard";
    const policy = role("guard", { type: "managed policy", arn: guard, document: deny });
    const given = { permissions: ["arn:aws:iam::*:policy/guard"], boundaries: [] };
    const found = look(policy, role("developer-ann", { managedPolicies: [guard] }));
    expect(denials(found, settings(["ann"]), { held: [], given })).to.eql([]);
    expect(denials(found, settings(["ann"]), { held: [], given: nothingGiven })).to.have.length(1);
    expect(
      denials(found, settings(["ann"], { permissions: given.permissions }), { held: [], given: nothingGiven }),
    ).to.eql([]);
    const bounded = look(policy, role("developer-ann", { boundary: guard }));
    expect(denials(bounded, settings(["ann"]), { held: [], given })).to.have.length(1);
  });

  it("is new by what has come to it", () => {
    const [before, now] = [[denyAll], [denyAll, `${denyAll}2`]].map((managedPolicies) =>
      denials(
        look(role("developer-ann", { managedPolicies, inlinePolicies: [{ name: "block", document: deny }] })),
        settings(["ann"]),
        { held: [], given: { permissions: [], boundaries: [] } },
      ),
    );
    expect(newDenials(before ?? [], before ?? [])).to.eql([]);
    expect(newDenials(now ?? [], [])).to.eql(now);
    expect(newDenials(before ?? [], now ?? [])).to.eql([]);
  });

  it("comes back by what the AWS CLI does, too", () => {
    const denying = { managed: [denyAll], inline: [{ name: "it's", document: deny }], groups: [], trust: deny };
    const commands = denialsToPut({ type: "role", name: "developer-ann" }, denying, new Map());
    const document = JSON.stringify(deny);
    expect(commands.map(({ command }) => asTyped(command))).to.eql([
      `aws iam update-assume-role-policy --role-name developer-ann --policy-document '${document}'`,
      `aws iam put-role-policy --role-name developer-ann --policy-name 'it'\\''s' --policy-document '${document}'`,
      `aws iam attach-role-policy --role-name developer-ann --policy-arn ${denyAll}`,
    ]);
  });

  it("is kept by what is taken into the stack", async () => {
    const found = role("developer-ann", {
      managedPolicies: [denyAll, "arn:aws:iam::aws:policy/ReadOnlyAccess"],
      inlinePolicies: [{ name: "AWSRevokeOlderSessions", document: deny }],
    });
    const identity = { account: "sandbox", type: "role", name: found.name };
    const changes = { resources: [{ ...identity, operation: "create" as const }], accounts: new Map() };
    const { resources } = await withTakeovers(changes, [{ ...identity, found }], look(found), settings(["ann"]));
    expect(resources[0]?.takeover).to.eql({
      keeps: ["sessions that live on", "policy AWSDenyAll", "inline policy AWSRevokeOlderSessions"],
      loses: ["policy ReadOnlyAccess"],
    });
  });
});
