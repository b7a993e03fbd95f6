import { CreateServiceSpecificCredentialCommand } from "@aws-sdk/client-iam";

import { byServiceControlPolicy, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's session makes an API key of Amazon Bedrock, which asks for no MFA", () => {
  it("works until the guard rail identities refuses service-specific credentials", () =>
    expectStopped(
      guardedBy("identities"),
      byServiceControlPolicy("iam:CreateServiceSpecificCredential"),
      async (target) => {
        target.userOf(target.account, "old-bot");
        const { iam } = await target.session();
        const { ServiceSpecificCredential: made } = await iam.send(
          new CreateServiceSpecificCredentialCommand({ UserName: "old-bot", ServiceName: "bedrock.amazonaws.com" }),
        );
        expect(made?.Status).to.equal("Active");
      },
    ));
});
