import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

const developers = ["alice", "bob", "carol", "dave", "erin"];

describe("an edit that up refuses until said otherwise", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    admin = await Administrator.withStack({ developers });
    restore = await admin.save();
  });
  after(() => admin.close());
  afterEach(() => restore());

  const without = (text: string, names: string[]): string =>
    names.reduce((shorter, name) => shorter.replace(`\n    ${name}: {}`, ""), text);

  async function expectRefusal(message: string, remedy: string): Promise<void> {
    const from = admin.sandbox.requests.length;
    const { status, stdout, stderr } = await admin.run("up", "--yes");
    expect({ status, stdout, stderr }).to.eql({ status: 1, stdout: "", stderr: `Error: ${message}\n${remedy}\n` });
    expect(admin.changesSince(from)).to.eql([]);
  }

  it("removing more than three developers: told on top of the preview, and done with --max-removals", async () => {
    await admin.editSettings((text) => without(text, ["bob", "carol", "dave", "erin"]));
    const fact = "This removes 4 of 5 developers, more than the 3 that one edit may remove.";
    const { stdout } = await admin.succeed("preview");
    expect(stdout.split("\n")[2]).to.equal(
      `! ${fact} mfa-admin up refuses this unless it is run with --max-removals 4.`,
    );
    const allowed = await admin.succeed("preview", "--max-removals", "4");
    expect(allowed.stdout.split("\n")[2]).to.equal(`! ${fact} With --max-removals 4, mfa-admin up does this.`);
    await expectRefusal(fact, "Nothing was changed. If it is meant, run mfa-admin up with --max-removals 4.");
    await admin.succeed("up", "--yes", "--max-removals", "4");
  });

  it("removing three is let pass, and --max-removals can be stricter", async () => {
    await admin.editSettings((text) => without(text, ["carol", "dave", "erin"]));
    const { stderr } = await admin.run("up", "--yes", "--max-removals", "2");
    expect(stderr).to.contain("This removes 3 of 5 developers, more than the 2 that one edit may remove.");
    expect((await admin.json("preview")).value).to.have.nested.property("roster.after", 2);
    await admin.succeed("up", "--yes");
  });

  it("what is left of a removal that was broken off is finished by the same command, with no flag for those named", async () => {
    const refused = { code: "AccessDenied", handlerErrorCode: "AccessDenied" };
    admin.sandbox.injectFault({ service: "cloudcontrol", action: "DeleteResource", ...refused, times: Infinity });
    const { status, stderr } = await admin.run("remove-developer", "bob", "carol", "dave", "erin", "--yes");
    admin.sandbox.clearFaults();
    expect(status).to.equal(1);
    const [, remedy = ""] = /\nRun mfa-admin (remove-developer .*) to go on from there\.\n$/.exec(stderr) ?? [];
    expect(remedy).to.equal("remove-developer bob carol dave erin --stack main");
    await admin.succeed(...remedy.split(" "), "--yes");
    expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).to.eql(["alice"]);
  });

  it("adding a developer does not apply such an edit on the side", async () => {
    await admin.editSettings((text) => without(text, ["bob", "carol", "dave", "erin"]));
    const { stderr } = await admin.succeed("add-developer", "frank", "--account", "payments", "--yes");
    expect(stderr).to.contain("Other edits are pending: bob, carol, dave, erin.");
    expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).to.have.length(6);
    await admin.succeed("remove-developer", "frank", "--yes");
  });

  it("taking the service control policy off an organizational unit with development accounts", async () => {
    admin.sandbox.organization.addUnit("ou-abcd-44444444", "Empty");
    await admin.editSettings((text) => text.replace("- ou-abcd-11111111", "- ou-abcd-44444444"));
    const fact =
      "The service control policy is taken off ou-abcd-11111111, which leaves sandbox and payments without it: a leaked access key would work there without MFA.";
    const { stdout } = await admin.succeed("preview", "--format", "markdown");
    expect(stdout).to.contain("> [!CAUTION]\n> - The service control policy is taken off `ou-abcd-11111111`");
    expect((await admin.json("preview")).value).to.have.nested.property("warnings[0].kind", "unprotected");
    const { value } = await admin.json("preview", "--allow-unprotected");
    expect(value).to.have.nested.property("warnings[0].refused", false);
    await expectRefusal(fact, "Nothing was changed. If it is meant, run mfa-admin up with --allow-unprotected.");
    await admin.succeed("up", "--yes", "--allow-unprotected");
  });

  it("taking it off a unit that holds no development account is let pass", async () => {
    admin.sandbox.organization.addUnit("ou-abcd-33333333", "Other");
    const applied = await admin.settings();
    await admin.editSettings((text) =>
      text.replace("- ou-abcd-11111111", "- ou-abcd-11111111\n    - ou-abcd-33333333"),
    );
    await admin.succeed("up", "--yes");
    await admin.editSettings(() => applied);
    await admin.succeed("up", "--yes");
  });

  it("taking it off a unit together with the account that is in it, which leaves the account without it, too", async () => {
    const { organization } = admin.sandbox;
    organization.addUnit("ou-abcd-44444444", "Payments");
    organization.moveAccount("444444444444", "ou-abcd-44444444");
    await admin.editSettings((text) =>
      text.replace("- ou-abcd-11111111", "- ou-abcd-11111111\n    - ou-abcd-44444444"),
    );
    await admin.succeed("up", "--yes");
    await admin.editSettings((text) =>
      text.replace("\n    - ou-abcd-44444444", "").replace(/\n *payments: "444444444444"/, ""),
    );
    await expectRefusal(
      "The service control policy is taken off ou-abcd-44444444, which leaves payments without it: a leaked access key would work there without MFA.",
      "Nothing was changed. If it is meant, run mfa-admin up with --allow-unprotected.",
    );
  });

  it("the auth account below the policy, moved there in AWS: on top of preview, drift and list, and no refresh waits for it", async () => {
    const { organization, authAccount } = admin.sandbox;
    organization.moveAccount(authAccount, "ou-abcd-11111111");
    const fact =
      "The auth account 222222222222 is below ou-abcd-11111111, a unit of the service control policy, which shuts out every developer there: they have to enrol and log in without MFA first.";
    const remedy =
      "Take the unit out of organizationalUnits, or move the auth account to another unit in AWS Organizations.";
    const warning = `! ${fact} mfa-admin up refuses this. ${remedy}`;
    expect((await admin.succeed("preview")).stdout.split("\n")[2]).to.equal(warning);
    const drift = await admin.run("refresh", "--preview-only", "--exit-code");
    expect({ status: drift.status, line: drift.stdout.split("\n")[2] }).to.eql({ status: 2, line: warning });
    expect((await admin.succeed("list")).stdout.split("\n")[0]).to.equal(warning);
    expect((await admin.json("list")).value).to.have.length(5);
    await expectRefusal(fact, `Nothing was changed. ${remedy}`);
    await admin.succeed("refresh", "--yes");
  });

  it("a policy that was detached, weakened or attached elsewhere by hand: put right by consent, where that shuts out or leaves unprotected", async () => {
    const { organization, organizationalUnit } = admin.sandbox;
    const shield = [...organization.policies.values()].find(({ awsManaged }) => !awsManaged) ?? expect.fail();
    const { content } = shield;
    admin.sandbox.userInMemberAccount("444444444444", "mail", []);
    const [key] = organization.account("444444444444").users.get("mail")?.accessKeys ?? [];
    if (key) key.lastUsed = { date: new Date(), service: "ses", region: "us-east-1" };
    const refused = async (text: string): Promise<void> => {
      expect((await admin.succeed("preview")).stdout)
        .to.contain(text)
        .and.to.contain("mfa-admin up refuses this");
      const from = admin.sandbox.requests.length;
      const { status, stderr } = await admin.run("up", "--yes");
      expect({ status, changes: admin.changesSince(from) }).to.eql({ status: 1, changes: [] });
      expect(stderr).to.contain(text).and.to.contain("Nothing was changed.");
    };
    const mail = "The service control policy shuts out, unless they carry MFA: payments/mail";
    shield.targets.delete(organizationalUnit);
    await refused(mail);
    shield.targets.add(organizationalUnit);
    shield.content = content.replaceAll('"*"', '"s3:*"');
    await refused(mail);
    organization.addUnit("ou-abcd-66666666", "By hand");
    organization.moveAccount("444444444444", "ou-abcd-66666666");
    shield.targets.add("ou-abcd-66666666");
    await refused(
      "The service control policy is taken off ou-abcd-66666666, which leaves payments without it: a leaked access key would work there without MFA.",
    );
    expect([...shield.targets]).to.have.members([organizationalUnit, "ou-abcd-66666666"]);
    organization.moveAccount("444444444444", organizationalUnit);
    await admin.succeed("up", "--yes", "--accept-shut-out");
    expect({ targets: [...shield.targets], content: JSON.parse(shield.content) as unknown }).to.eql({
      targets: [organizationalUnit],
      content: JSON.parse(content) as unknown,
    });
  });

  it("a policy that could not be looked at, since what an edit does with it is not known", async () => {
    const fault = { code: "AccessDeniedException", status: 400, times: Infinity };
    admin.sandbox.injectFault({ ...fault, action: "ListTargetsForPolicy" });
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.run("up", "--yes");
    admin.sandbox.clearFaults();
    expect({ status, changes: admin.changesSince(from) }).to.eql({ status: 1, changes: [] });
    expect(stderr).to.contain("Error: The service control policy could not be looked at in AWS: AccessDeniedException");
    expect(stderr).to.contain("organizations:ListTargetsForPolicy");
  });

  it("an account that goes by another name, which no flag allows", async () => {
    await admin.editSettings((text) => text.replace("payments:", "pay:"));
    const fact =
      "The account 444444444444 was called payments and is called pay now; what the stack has made there belongs to the first name, and would be deleted with it.";
    await expectRefusal(fact, "Nothing was changed. Keep the name payments.");
    const { stdout } = await admin.succeed("preview");
    expect(stdout).to.contain(`! ${fact} mfa-admin up refuses this. Keep the name payments.\n`);
  });

  it("a developer whose name differs only by case from the one before, which no flag allows", async () => {
    await admin.editSettings((text) => text.replace("bob: {}", "Bob: {}"));
    const fact =
      "The developer bob is called Bob now, which IAM takes for the same name: Bob cannot be made while bob is there.";
    await expectRefusal(
      fact,
      "Nothing was changed. Keep the name, or take bob out first, apply that, and add Bob then.",
    );
    expect((await admin.succeed("preview")).stdout).to.contain(`! ${fact} mfa-admin up refuses this. Keep the name,`);
  });

  it("a role prefix that differs only by case from the one before, which no flag allows", async () => {
    await admin.editSettings((text) => text.replace("config:", "config:\n  mfa-admin:rolePrefix: Developer"));
    await expectRefusal(
      "The role developer-alice is called Developer-alice now, which IAM takes for the same name: Developer-alice cannot be made while developer-alice is there.",
      "Nothing was changed. Keep the role prefix, or choose one that differs by more.",
    );
    expect((await admin.json("preview")).value).to.have.nested.property("warnings[0].kind", "recased");
  });

  it("an account's name that stands for another account, which no flag allows", async () => {
    await admin.editSettings((text) =>
      text
        .replace('sandbox: "333333333333"', 'sandbox: "444444444444"')
        .replace('payments: "444444444444"', 'payments: "333333333333"'),
    );
    await expectRefusal(
      "The account sandbox was 333333333333 and is 444444444444 now, but what the stack has made in 333333333333 stays there.",
      "Nothing was changed. Give the new account a name of its own.",
    );
    expect((await admin.succeed("preview")).stdout).to.contain(
      "! The account sandbox was 333333333333 and is 444444444444 now",
    );
  });
});

describe("names of methods that every object has", () => {
  let admin: Administrator;
  const names = ["constructor", "toString", "valueOf", "hasOwnProperty"];

  before(async () => {
    const edit = (text: string) => text.replace("payments:", "constructor:");
    admin = await Administrator.withStack({ developers: [...names, "zed"], edit });
  });
  after(() => admin.close());

  it("are developers like any other, whose removal is counted", async () => {
    await admin.editSettings((text) => names.reduce((shorter, name) => shorter.replace(`    ${name}: {}\n`, ""), text));
    const { value } = await admin.json("preview");
    expect(value).to.have.deep.nested.property("warnings[0]", {
      ...{ kind: "removals", refused: true, removed: 4, before: 5, limit: 3 },
    });
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("This removes 4 of 5 developers");
  });
});
