import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

describe("guard rails", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], resourceControlPolicies: true });
  });
  after(() => admin.close());

  it("are shown by their statements and come with up", async () => {
    await admin.editSettings((text) =>
      text.replace(
        "  mfa-admin:developers:",
        "  mfa-admin:guardRails: [roles, identities, federation, organization, root, auth, outsiders]\n  mfa-admin:developers:",
      ),
    );
    expect((await admin.succeed("preview")).stdout).to.contain("Adds 3 guard rails;");
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("preview")).stdout).to.contain("Nothing to do");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
  });
});
