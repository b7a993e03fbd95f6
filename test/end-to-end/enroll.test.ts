import { ListAccessKeysCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { chmod } from "node:fs/promises";
import { join } from "node:path";

import { AwsCli } from "../sandbox/aws-cli.ts";
import { administratorOf, clients } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import {
  changePassword,
  logInAtLast,
  oneTimePassword,
  scanSecret,
  skipPassword,
  typeKey,
  typeNewPassword,
  typeTwoCodes,
} from "../support/enrollment.ts";
import { Administrator } from "../support/harness.ts";
import { profileText, Workstation } from "../support/workstation.ts";

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan"];

describe("enroll", () => {
  let admin: Administrator;
  /** The workstation of alice, who enrols in the first test. */
  let alice: Workstation;

  before(async () => {
    const edit = (text: string) => text.replace("config:\n", "config:\n  mfa-admin:region: eu-central-1\n");
    admin = await Administrator.withStack({ developers: names, edit });
  });
  after(() => admin.close());

  const developer = (userName: string): Promise<Workstation> => Workstation.new(admin, userName);
  const keysOf = async (userName: string): Promise<string[]> => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: userName }));
    return AccessKeyMetadata.map(({ AccessKeyId = "" }) => AccessKeyId);
  };
  const profileWorks = async (station: Workstation, name: string): Promise<boolean> =>
    works(clients(admin.sandbox, await station.profile(name)));

  it("sets a developer up in one sitting, from the key typed in to the first login", async () => {
    alice = await developer("alice");
    const initial = await alice.keyFromConsole();
    const terminal = alice.terminal("enroll");
    await terminal.waitFor("No access key of yours is on this machine.");
    await typeKey(terminal, initial);
    await terminal.waitFor("User         alice, in the auth account 222222222222");
    await changePassword(terminal, await oneTimePassword(admin, "alice"), "correct-Horse-7-battery");
    await terminal.waitFor("Password     changed");
    await scanSecret(terminal, alice);
    await typeTwoCodes(terminal, alice);
    await terminal.waitFor("MFA device   arn:aws:iam::222222222222:mfa/alice, enrolled");
    await terminal.waitFor("in the profile auth; the initial one is deleted");
    await terminal.waitFor("Profiles     payments, sandbox: they share your login");
    await logInAtLast(terminal, alice);
    await terminal.waitFor("Try: aws ec2 describe-instances --profile dev");
    expect(await terminal.ended()).to.equal(0);

    const stored = await alice.profile("auth");
    expect(await keysOf("alice"))
      .to.eql([stored.accessKeyId])
      .and.not.eql([initial.accessKeyId]);
    expect(await profileWorks(alice, "dev")).to.equal(true);
    expect(await alice.readAws("config")).to.match(
      /^\[profile sandbox\]\ncredential_process = ".*" credential-process --account sandbox\nregion = eu-central-1$/m,
    );
    const aws = AwsCli.on(admin.sandbox.endpoint, alice.home);
    const { Arn } = (await aws.succeed("sts get-caller-identity --profile payments")) as { Arn: string };
    expect(Arn).to.contain("developer-alice");
    expect([await alice.modeOf(".aws", "credentials"), await alice.modeOf(".aws", "config")]).to.eql([0o600, 0o600]);
    for (const secret of [initial.secretAccessKey, stored.secretAccessKey, "correct-Horse-7-battery"]) {
      expect(terminal.screen).to.not.contain(secret);
    }
    await admin.sandbox.signIn({
      userName: "alice",
      password: "correct-Horse-7-battery",
      tokenCode: alice.nextCode(),
    });
  });

  it("run again keeps everything, and tells so, and writes no configuration file that needs no change", async () => {
    const files = [await alice.readAws("config"), await alice.profile("auth")];
    await chmod(join(alice.home, ".aws", "config"), 0o400);
    const terminal = alice.terminal("enroll");
    await terminal.waitFor("One-time password, if yours was reset");
    terminal.enter();
    await terminal.waitFor("Password     your own, as you say");
    await terminal.waitFor(
      "MFA device   arn:aws:iam::222222222222:mfa/alice, enrolled already; an administrator can reset it",
    );
    await terminal.waitFor("in the profile auth already");
    await logInAtLast(terminal, alice);
    expect(await terminal.ended()).to.equal(0);
    expect([await alice.readAws("config"), await alice.profile("auth")]).to.eql(files);
    await chmod(join(alice.home, ".aws", "config"), 0o600);
  });

  it("goes on where it was stopped: with the same device, password and key", async () => {
    const bob = await developer("bob");
    const initial = await bob.keyFromConsole();
    const first = bob.terminal("enroll");
    await typeKey(first, initial);
    await changePassword(first, await oneTimePassword(admin, "bob"), "correct-Horse-7-battery");
    await scanSecret(first, bob);
    first.ctrlC();
    await first.waitFor("Error: Stopped. What is done stays done.");
    await first.waitFor("Run mfa-admin enroll again on this computer to go on");
    expect(await first.ended()).to.equal(1);
    const progress = [".local", "share", "mfa-admin", "enrollments", "222222222222-bob.json"];
    expect(await bob.modeOf(...progress)).to.equal(0o600);

    // The first key is kept, since the console shows its secret only once.
    expect(await bob.profile("auth")).to.deep.include(initial);
    const second = bob.terminal("enroll");
    await second.waitFor("One-time password, if yours was reset");
    // The administrator has made another one-time password meanwhile, which counts instead of the one in the files.
    second.enter(await oneTimePassword(admin, "bob"));
    await typeNewPassword(second, "correct-Horse-8-battery");
    await second.waitFor("Password     changed");
    await scanSecret(second, bob);
    await typeTwoCodes(second, bob);
    await second.waitFor("the initial one is deleted");
    await second.waitFor("Account:");
    second.ctrlC();
    expect(await second.ended()).to.equal(1);
    expect(await keysOf("bob"))
      .to.eql([(await bob.profile("auth")).accessKeyId])
      .and.not.eql([initial.accessKeyId]);

    const third = bob.terminal("enroll");
    await skipPassword(third);
    await third.waitFor("enrolled already");
    await logInAtLast(third, bob);
    expect(await third.ended()).to.equal(0);
    expect(await bob.read(...progress)).to.equal('{"passwordChanged":true}');
  });

  it("deletes an initial key that an earlier run has left, and makes no third one", async () => {
    const carol = await developer("carol");
    const initial = await carol.keyFromConsole();
    const stored = await carol.keyFromConsole();
    await carol.writeAws("credentials", profileText("auth", stored));
    const terminal = carol.terminalWith(
      { AWS_ACCESS_KEY_ID: initial.accessKeyId, AWS_SECRET_ACCESS_KEY: initial.secretAccessKey },
      "enroll",
    );
    await skipPassword(terminal);
    await scanSecret(terminal, carol);
    await typeTwoCodes(terminal, carol);
    await logInAtLast(terminal, carol);
    expect(await terminal.ended()).to.equal(0);
    expect(await keysOf("carol")).to.eql([stored.accessKeyId]);
  });

  it("keeps the key of another computer, and stores the one at hand, where there is no room for a third", async () => {
    const dave = await developer("dave");
    const { accessKeyId, secretAccessKey } = await dave.keyFromConsole();
    const other = await dave.keyFromConsole();
    const terminal = dave.terminalWith(
      { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      "enroll",
    );
    await skipPassword(terminal);
    await scanSecret(terminal, dave);
    await typeTwoCodes(terminal, dave);
    await terminal.waitFor(`Access key   ${accessKeyId} itself, in the profile auth; ${other.accessKeyId}, made `);
    await terminal.waitFor("stays beside it (");
    await logInAtLast(terminal, dave);
    expect(await terminal.ended()).to.equal(0);
    expect(await dave.profile("auth")).to.deep.include({ accessKeyId, secretAccessKey });
    expect(await keysOf("dave")).to.have.members([accessKeyId, other.accessKeyId]);
  });

  it("asks for the codes again when they don't follow each other, and refuses the same code twice", async () => {
    const erin = await developer("erin");
    await erin.writeAws("credentials", profileText("auth", await erin.keyFromConsole()));
    const terminal = erin.terminal("enroll");
    await skipPassword(terminal);
    await scanSecret(terminal, erin);
    const wrong = erin.wrongCode();
    terminal.enter(wrong);
    await terminal.waitFor("Second code");
    terminal.enter(wrong);
    await terminal.waitFor("This code was used already;");
    terminal.type("\x15");
    terminal.enter(erin.nextCode());
    await terminal.waitFor("AWS did not take these two codes. They have to be two in a row");
    await terminal.waitFor("First code");
    await typeTwoCodes(terminal, erin);
    await terminal.waitFor("mfa/erin, enrolled");
    await logInAtLast(terminal, erin);
    expect(await terminal.ended()).to.equal(0);
  });

  it("names the rule of the password policy that a new password breaks, and asks for another one alone", async () => {
    const frank = await developer("frank");
    await frank.writeAws("credentials", profileText("auth", await frank.keyFromConsole()));
    const password = await oneTimePassword(admin, "frank");
    const terminal = frank.terminal("enroll");
    await changePassword(terminal, "not-the-one-1A", "correct-Horse-7-battery");
    await terminal.waitFor("This is not the one-time password: ");
    await changePassword(terminal, password, "short");
    await terminal.waitFor("The auth account's password policy refuses this one: Password ");
    await terminal.waitFor("Usually it wants 8 characters or more, of three kinds:");
    await typeNewPassword(terminal, "correct-Horse-7-battery");
    await terminal.waitFor("Password     changed");
    terminal.kill();
  });

  it("never replaces a device: whose secret is lost must go to an administrator", async () => {
    const grace = await developer("grace");
    await grace.writeAws("credentials", profileText("auth", await grace.keyFromConsole()));
    const first = grace.terminal("enroll");
    await skipPassword(first);
    await scanSecret(first, grace);
    first.kill();
    await grace.remove(".local");
    const second = grace.terminal("enroll");
    await skipPassword(second);
    await second.waitFor(
      "Error: An MFA device named grace was made before and never enabled, and its secret is not on this machine.",
    );
    await second.waitFor("Ask an administrator to run mfa-admin reset-mfa grace, then run mfa-admin enroll again.");
    expect(await second.ended()).to.equal(1);
  });

  it("keeps other profiles of the same name, and a default profile of somebody else, and asks for another dev", async () => {
    const heidi = await developer("heidi");
    const stranger = admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "stranger", []);
    const own =
      "# mine\n[profile sandbox]\nregion = eu-west-1\n[profile dev]\nrole_arn = x\nsource_profile = default\n";
    await heidi.writeAws("credentials", profileText("default", stranger));
    await heidi.writeAws("config", own);
    const { accessKeyId, secretAccessKey } = await heidi.keyFromConsole();
    const terminal = heidi.terminal("enroll");
    await terminal.waitFor("Passing over the profile default: ");
    await terminal.waitFor("Access key ID:");
    terminal.enter(accessKeyId);
    await terminal.waitFor("Secret access key:");
    terminal.enter(secretAccessKey);
    await skipPassword(terminal);
    await scanSecret(terminal, heidi);
    await typeTwoCodes(terminal, heidi);
    await terminal.waitFor("payments, sandbox-account: they share your login; other profiles of these");
    await terminal.waitFor("names were there, and are kept: sandbox");
    await terminal.waitFor("The profile dev has role_arn, which the AWS CLI would use instead.");
    await terminal.waitFor("Another profile for your login: (dev-mfa)");
    terminal.enter("default");
    await terminal.waitFor("The profile default holds an access key, which would be lost.");
    terminal.enter("a[b");
    await terminal.waitFor('"a[b" cannot be the name of a profile.');
    terminal.enter("mine");
    await logInAtLast(terminal, heidi);
    await terminal.waitFor("Every day: mfa-admin login --profile mine");
    expect(await terminal.ended()).to.equal(0);
    expect(await profileWorks(heidi, "mine")).to.equal(true);
    expect(await heidi.readAws("credentials")).to.match(
      new RegExp(`^${profileText("default", stranger).replace(/[[\]+/]/g, "\\$&")}`),
    );
    const config = await heidi.readAws("config");
    expect(config.startsWith(own)).to.equal(true);
    expect(config).to.contain("[profile sandbox-account]\n").and.contain("[profile auth]\nregion = eu-central-1");
  });

  it("shows the QR code, the secret and the question on one screen of 24 lines of 80 columns", async () => {
    const ivan = await developer("ivan");
    await ivan.writeAws("credentials", profileText("auth", await ivan.keyFromConsole()));
    const terminal = ivan.terminal("enroll");
    await skipPassword(terminal);
    await scanSecret(terminal, ivan);
    terminal.kill();
    const lines = terminal.screen.split(/\r?\n/);
    const shown = lines.slice(lines.findIndex((line) => line.startsWith("█")));
    expect(shown).to.have.lengthOf.at.most(24);
    expect(Math.max(...shown.map((line) => line.length))).to.be.at.most(80);
    await admin.succeed("reset-mfa", "ivan", "--yes");
  });

  it("needs a terminal, and says what else there is", async () => {
    const ivan = await developer("ivan");
    const { status, stderr } = await ivan.run("enroll");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: Enrolling asks for what only you know, and there is no terminal to ask on.\nRun it on one; your page of mfa-admin guide says how to enrol in the console instead.\n",
    });
  });

  it("asks again for a key that AWS does not accept", async () => {
    const ivan = await developer("ivan");
    const { accessKeyId, secretAccessKey } = await ivan.keyFromConsole();
    const terminal = ivan.terminal("enroll");
    await terminal.waitFor("Access key ID:");
    terminal.enter("AKIAXXXXXXXXXXXXXXXX");
    await terminal.waitFor("Secret access key:");
    terminal.enter("mistyped");
    await terminal.waitFor("AWS does not accept the access key AKIAXXXXXXXXXXXXXXXX");
    await terminal.waitFor("Access key ID:");
    terminal.enter(accessKeyId);
    await terminal.waitFor("Secret access key:");
    terminal.enter(secretAccessKey);
    await terminal.waitFor("User         ivan");
    terminal.kill();
  });
});
