import { CreateRoleCommand, AttachRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { UpdatePolicyCommand } from "@aws-sdk/client-organizations";

import { guardRailsName } from "../../infra/names.ts";
import { ADMINISTRATOR_ACCESS, clients, refusal, trust } from "../sandbox/testing.ts";
import { expect, guardedBy, on, Target } from "./attack.ts";

/** Alice makes a role with the tag, assumes it, and changes the trust policy of bob's role by it. */
async function openBobsRole(target: Target, RoleName: string): Promise<void> {
  const session = await target.session();
  const AssumeRolePolicyDocument = trust(target.roleArn("developer-alice"));
  const Tags = [{ Key: "guard-rails", Value: "exempt" }];
  await session.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags }));
  await session.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS }));
  const { iam } = await target.assume(session, RoleName);
  const PolicyDocument = trust(target.roleArn(RoleName));
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-bob", PolicyDocument }));
}

/** Rewrites the guard rails so that a tag of the principal exempts from them. */
async function exemptByTag({ sandbox }: Target): Promise<void> {
  const [policy] = [...sandbox.organization.policies.values()].filter(({ name }) => name === guardRailsName);
  const { Statement: statements, ...rest } = JSON.parse(policy?.content ?? "{}") as { Statement: object[] };
  const Condition = { StringNotEquals: { "aws:PrincipalTag/guard-rails": "exempt" } };
  const Content = JSON.stringify({ ...rest, Statement: statements.map((one) => ({ ...one, Condition })) });
  await clients(sandbox).organizations.send(new UpdatePolicyCommand({ PolicyId: policy?.id, Content }));
}

describe("attack: a developer's session tags itself into an exemption", () => {
  it("would work if a tag exempted anybody, and is refused since roles are exempt by ARN", async () => {
    await on(await Target.with(guardedBy("roles")), async (target) => {
      expect((await refusal(openBobsRole(target, "build"))).message).to.match(
        /perform: iam:UpdateAssumeRolePolicy .* with an explicit deny in a service control policy$/,
      );
      await exemptByTag(target);
      await openBobsRole(target, "build-2");
    });
  });
});
