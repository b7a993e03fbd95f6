import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

describe("what is applied is what was shown and asked about", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "mallory"] });
  });
  after(() => admin.close());

  const users = (): string[] => admin.sandbox.organization.account(admin.sandbox.authAccount).users.names;
  const rolesIn = (account: string): string[] =>
    admin.sandbox.organization
      .account(admin.sandbox.developmentAccounts[account] ?? "")
      .roles.names.filter((name) => name.startsWith("developer-"));

  it("though the file was edited while the question stood there", async () => {
    await admin.editSettings((text) => text.replace("    mallory: {}", "    mallory: {}\n    bob: {}"));
    const terminal = admin.terminal("up");
    await terminal.waitFor('Apply to the stack "main"?');
    await admin.editSettings((text) => text.replace("    alice: {}\n", "").replace("bob: {}", "bob: {}\n    erin: {}"));
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(0);
    expect(users()).to.have.members(["alice", "mallory", "bob"]);
    await admin.editSettings((text) =>
      text.replace("    erin: {}\n", "").replace("    mallory", "    alice: {}\n    mallory"),
    );
  });

  it("though somebody was removed by another run meanwhile, who stays removed; a refused addition leaves nothing behind", async () => {
    const terminal = admin.terminal("add-developer", "carol");
    await terminal.waitFor('Apply to the stack "main"?');
    expect(await admin.roster()).not.to.include("carol");
    await admin.succeed("remove-developer", "mallory", "--yes");
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(1);
    expect(terminal.screen).to.contain("Another run has changed the stack since this was shown.");
    expect(await admin.roster()).not.to.include.any.members(["carol", "mallory"]);
    expect(users()).to.have.members(["alice", "bob"]);
  });

  it("though the roster was edited before the yes, which is kept beside the new name", async () => {
    const terminal = admin.terminal("add-developer", "carol");
    await terminal.waitFor('Apply to the stack "main"?');
    await admin.editSettings((text) => text.replace("    alice: {}", "    # On leave until May.\n    alice: {}"));
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(0);
    expect(await admin.settings())
      .to.contain("# On leave until May.")
      .and.to.contain("carol: {}");
  });

  it("and nothing where the command is ended at its question", async () => {
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      const terminal = admin.terminal("add-developer", "dave");
      await terminal.waitFor('Apply to the stack "main"?');
      terminal.signal(signal);
      await terminal.ended();
      expect(await admin.roster(), signal).not.to.include("dave");
    }
  });

  it("and nobody comes into an account whose unit the policy is to be attached to by a pending edit", async () => {
    const settings = await admin.settings();
    const { organization, developmentAccounts } = admin.sandbox;
    organization.addUnit("ou-abcd-33333333", "Lab");
    organization.moveAccount(developmentAccounts["payments"] ?? "", "ou-abcd-33333333");
    await admin.editSettings((text) =>
      text.replace(/( *)- ou-abcd-11111111\n/, "$1- ou-abcd-11111111\n$1- ou-abcd-33333333\n"),
    );
    expect(await admin.settings()).to.contain("ou-abcd-33333333");
    const { status, stderr } = await admin.run("add-developer", "dave", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("The service control policy is not attached yet where payments is");
    expect(await admin.roster()).not.to.include("dave");
    await admin.succeed("add-developer", "dave", "--account", "sandbox", "--yes");
    expect(rolesIn("payments")).not.to.include("developer-dave");
    organization.moveAccount(developmentAccounts["payments"] ?? "", "ou-abcd-11111111");
    await admin.editSettings(() => settings.replace("alice: {}", "alice: {}\n    dave: { accounts: [sandbox] }"));
  });

  it("and somebody whose removal is pending comes back by name, with the accounts that they had", async () => {
    await admin.succeed("up", "--yes");
    await admin.editSettings((text) => text.replace("    bob: {}\n", ""));
    const refused = await admin.run("add-developer", "bob", "--account", "sandbox", "--yes");
    expect(refused.status).to.equal(1);
    expect(refused.stderr).to.contain("bob is in the stack still, with roles in more accounts (payments).");
    await admin.succeed("add-developer", "bob", "--yes");
    expect((await admin.json("preview")).value).to.include({ changed: false });
  });
});
