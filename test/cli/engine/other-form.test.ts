import { expect } from "chai";

import type { Stack } from "../../../cli/engine/automation.ts";
import type { Resource } from "../../../cli/engine/deployment.ts";
import { keepOtherForm, lookAgainAtOtherForm, otherFormIn, otherFormKeptBy } from "../../../cli/engine/other-form.ts";
import { parseSettings } from "../../../infra/settings.ts";

describe("what is left of the other form of roles", () => {
  const { data: settings } = parseSettings({
    ...{ roles: "shared", organizationalUnits: ["ou-abcd-11111111"], authAccount: "222222222222" },
    ...{ developmentAccounts: { sandbox: "333333333333" }, developers: { alice: {} } },
  });
  const urn = (type: string, name: string): string => `urn:pulumi:main::mfa-admin::${type}::${name}`;
  const provider = urn("pulumi:providers:aws-native", "sandbox");
  const role: Resource = {
    ...{ urn: urn("mfa-admin:index:Developer$aws-native:iam:Role", "alice@sandbox"), type: "aws-native:iam:Role" },
    ...{ custom: true, provider: `${provider}::id`, inputs: { roleName: "developer-alice" } },
  };
  const resources: Resource[] = [
    {
      ...{ urn: provider, type: "pulumi:providers:aws-native", custom: true },
      inputs: { allowedAccountIds: '["333333333333"]' },
    },
    role,
  ];

  it("is nothing any more, where a repair of the state has found that its roles are gone", () => {
    if (settings === undefined) expect.fail("these are no settings");
    const stack = { workspace: {} } as unknown as Stack;
    keepOtherForm(stack, otherFormIn(resources, settings, []));
    lookAgainAtOtherForm(stack, resources, settings);
    expect(otherFormKeptBy(stack)?.roles.map(({ developer }) => developer)).to.eql(["alice"]);
    lookAgainAtOtherForm(stack, resources.slice(0, 1), settings);
    expect(otherFormKeptBy(stack)).to.equal(undefined);
  });
});
