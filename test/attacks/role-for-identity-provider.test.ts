import { CreateOpenIDConnectProviderCommand, CreateSAMLProviderCommand, GetRoleCommand } from "@aws-sdk/client-iam";

import { policy } from "../sandbox/testing.ts";
import { byServiceControlPolicy, createOpenRole, expect, expectStopped, guardedBy, type Target } from "./attack.ts";

/** Makes a role that trusts an identity provider: AWS then gives the role to everybody whom the provider signs in. */
async function trustProvider(target: Target, Federated: string, Action: string): Promise<void> {
  const { iam } = await target.session();
  await createOpenRole(iam, "pipeline", policy({ Effect: "Allow", Principal: { Federated }, Action }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "pipeline" }));
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).to.contain(Federated);
}

describe("attack: a developer's session makes a role for an OIDC provider of the attacker's own", () => {
  it("works until the guard rail federation refuses the provider", () =>
    expectStopped(
      guardedBy("federation"),
      byServiceControlPolicy("iam:CreateOpenIDConnectProvider"),
      async (target) => {
        const { iam } = await target.session();
        const { OpenIDConnectProviderArn = "" } = await iam.send(
          new CreateOpenIDConnectProviderCommand({
            Url: "https://attacker.example",
            ClientIDList: ["sts.amazonaws.com"],
          }),
        );
        await trustProvider(target, OpenIDConnectProviderArn, "sts:AssumeRoleWithWebIdentity");
      },
    ));
});

describe("attack: a developer's session makes a role for a SAML provider of the attacker's own", () => {
  it("works until the guard rail federation refuses the provider", () =>
    expectStopped(guardedBy("federation"), byServiceControlPolicy("iam:CreateSAMLProvider"), async (target) => {
      const { iam } = await target.session();
      const { SAMLProviderArn = "" } = await iam.send(
        new CreateSAMLProviderCommand({ Name: "attacker", SAMLMetadataDocument: "x".repeat(1000) }),
      );
      await trustProvider(target, SAMLProviderArn, "sts:AssumeRoleWithSAML");
    }));
});
