import { CreatePolicyVersionCommand } from "@aws-sdk/client-iam";

import { allow, policy } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped } from "./attack.ts";

const everything = policy(allow("*"));
const everythingBut = (Action: string): string => policy(allow("*"), { Effect: "Deny", Action, Resource: "*" });

describe("attack: a developer's session gives itself more by another version of the policy that it is given by", () => {
  for (const [what, permissions] of [
    ["the permissions of the roles", { permissions: ["arn:aws:iam::*:policy/team"] }],
    ["the permissions boundary of the roles", { permissionsBoundary: "arn:aws:iam::*:policy/team" }],
  ] as const) {
    it(`works on ${what} until the guard rail roles refuses new versions`, () =>
      expectStopped(
        {
          settings: { ...permissions, guardRails: ["roles"] },
          ownPolicies: { team: everythingBut("ec2:DescribeInstances") },
        },
        byServiceControlPolicy("iam:CreatePolicyVersion"),
        async (target) => {
          const session = await target.session();
          expect(await works(session)).to.equal(false);
          const PolicyArn = `arn:aws:iam::${target.account}:policy/team`;
          await session.iam.send(
            new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: everything, SetAsDefault: true }),
          );
          expect(await works(session)).to.equal(true);
        },
      ));
  }
});
