import { expect } from "chai";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  changePassword,
  finishEnrollment,
  oneTimePassword,
  scanSecret,
  skipPassword,
  typeKey,
  typeTwoCodes,
} from "../support/enrollment.ts";
import { Administrator } from "../support/harness.ts";
import { interruptedIn } from "../support/terminal.ts";
import { profileText, Workstation } from "../support/workstation.ts";

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan"];

describe("enroll in trouble", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: names });
  });
  after(() => admin.close());

  const developer = (userName: string): Promise<Workstation> => Workstation.new(admin, userName);

  it("is refused before anything is made where its notes, or the profiles, cannot be written; Ctrl-C says how to go on", async () => {
    const erin = await developer("erin");
    const { accessKeyId, secretAccessKey } = await erin.keyFromConsole();
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    await writeFile(join(erin.home, "file"), "");
    const from = admin.sandbox.requests.length;
    const notes = erin.terminalWith({ ...env, XDG_DATA_HOME: join(erin.home, "file") }, "enroll");
    await notes.waitFor("or name another one in XDG_DATA_HOME.");
    expect(await notes.ended()).to.equal(1);
    await mkdir(join(erin.home, ".aws", "config"), { recursive: true });
    const profiles = erin.terminalWith(env, "enroll");
    await profiles.waitFor("or name another one in AWS_CONFIG_FILE.");
    expect(await profiles.ended()).to.equal(1);
    expect(admin.changesSince(from)).to.eql([]);
    const stopped = erin.terminalWith(env, "enroll");
    await interruptedIn(admin, "GetUser", stopped);
    expect(stopped.screen.replaceAll(/\s+/g, " ")).to.contain(
      "Interrupted. What is done stays done. Run mfa-admin enroll again on this computer to go on: no other way knows",
    );
  });

  it("puts a new key in the place of one that was revoked, which is kept beside it", async () => {
    const alice = await developer("alice");
    const revoked = await alice.keyFromConsole();
    await alice.writeAws("credentials", profileText("auth", revoked));
    await admin.succeed("revoke-keys", "alice", "--yes");
    const terminal = alice.terminal("enroll");
    await terminal.waitFor("Passing over the profile auth: AWS does not accept the access key");
    await typeKey(terminal, await alice.keyFromConsole());
    await skipPassword(terminal);
    await scanSecret(terminal, alice);
    await typeTwoCodes(terminal, alice);
    await terminal.waitFor("in the profile auth; the initial one is deleted");
    await finishEnrollment(terminal, alice);
    expect(await alice.profile("auth-old")).to.deep.include(revoked);
    expect((await alice.profile("auth")).accessKeyId).to.not.equal(revoked.accessKeyId);
  });

  it("makes a new device when an administrator has taken away the one that it had begun with", async () => {
    const bob = await developer("bob");
    await bob.writeAws("credentials", profileText("auth", await bob.keyFromConsole()));
    // AWS knows no such key as the environment's; the profile has the developer's key.
    const first = bob.terminalWith({ AWS_ACCESS_KEY_ID: "AKIAAAAAAAAAAAAAAAAA", AWS_SECRET_ACCESS_KEY: "x" }, "enroll");
    await first.waitFor("Passing over the environment: AWS does not accept the access key");
    await skipPassword(first);
    await scanSecret(first, bob);
    first.ctrlC();
    await first.ended();
    await admin.succeed("reset-mfa", "bob", "--yes");
    const second = bob.terminal("enroll");
    await skipPassword(second);
    await scanSecret(second, bob);
    await typeTwoCodes(second, bob);
    await second.waitFor("This device was taken away by an administrator meanwhile; here is a new one.");
    await scanSecret(second, bob);
    await typeTwoCodes(second, bob);
    await second.waitFor("mfa/bob, enrolled");
    await finishEnrollment(second, bob);
  });

  it("goes on where AWS has enabled the device, and the answer to that was lost", async () => {
    const grace = await developer("grace");
    await grace.writeAws("credentials", profileText("auth", await grace.keyFromConsole()));
    admin.sandbox.injectFault({ action: "EnableMFADevice", code: "Lost", times: 1, loseAnswer: true });
    const terminal = grace.terminal("enroll");
    await skipPassword(terminal);
    await scanSecret(terminal, grace);
    await typeTwoCodes(terminal, grace);
    await terminal.waitFor("mfa/grace, enrolled");
    await finishEnrollment(terminal, grace);
  });

  it("does not call the one-time password wrong where AWS has changed it, and the answer to that was lost", async () => {
    const heidi = await developer("heidi");
    const initial = await oneTimePassword(admin, "heidi");
    await heidi.writeAws("credentials", profileText("auth", await heidi.keyFromConsole()));
    admin.sandbox.injectFault({ action: "ChangePassword", code: "Lost", times: 1, loseAnswer: true });
    const terminal = heidi.terminal("enroll");
    await changePassword(terminal, initial, "Str0ng-enough-pass");
    await terminal.waitFor("Password     changed, most likely: AWS's first answer was lost");
    await scanSecret(terminal, heidi);
    expect(terminal.screen).not.to.contain("This is not the one-time password");
    terminal.kill();
  });

  it("says that whoever has a passkey cannot add a device by a key, in AWS's words, and where it can be done", async () => {
    const frank = await developer("frank");
    admin.sandbox.registerSecurityKey("frank", "laptop");
    await frank.writeAws("credentials", profileText("auth", await frank.keyFromConsole()));
    const terminal = frank.terminal("enroll");
    await skipPassword(terminal);
    await terminal.waitFor("Error: You have a passkey or security key, and no device that shows codes. AWS lets");
    await terminal.waitFor("must be authenticated with it to change MFA devices");
    await terminal.waitFor("Sign in to the console with it, assign an authenticator app named frank");
    expect(await terminal.ended()).to.equal(1);
  });

  it("says so when the one-time password was wrong three times", async () => {
    const carol = await developer("carol");
    await admin.succeed("reset-password", "carol", "--yes", "--password-file", `${admin.directory}/password`);
    await carol.writeAws("credentials", profileText("auth", await carol.keyFromConsole()));
    const terminal = carol.terminal("enroll");
    for (let attempt = 1; attempt <= 3; attempt++) {
      await changePassword(terminal, "not-the-one-1A", "correct-Horse-7-battery");
    }
    await terminal.waitFor("Error: This is not the one-time password: ");
    await terminal.waitFor(
      "Run mfa-admin enroll again; mfa-admin reset-password, by an administrator, makes a new one.",
    );
    expect(await terminal.ended()).to.equal(1);
  });

  it("refuses to put the key into a profile that holds a session, before anything is asked", async () => {
    const dave = await developer("dave");
    const session = "[auth]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = x\n";
    await dave.writeAws("credentials", session);
    const terminal = dave.terminal("enroll");
    await terminal.waitFor("Error: The profile auth holds a session, which would be mixed up with your access key.");
    await terminal.waitFor("Name another profile with --profile, or take aws_session_token out of this one.");
    expect(await terminal.ended()).to.equal(1);
    expect(await dave.readAws("credentials")).to.equal(session);
  });

  it("tells whoever is locked to ask for that, and not to make another access key", async () => {
    const ivan = await developer("ivan");
    const key = await ivan.keyFromConsole();
    await admin.succeed("lock", "ivan", "--yes");
    const says = "Your access key, password and MFA device are as they were; there is nothing to make anew.";
    const typed = ivan.terminal("enroll");
    await typeKey(typed, key);
    await typed.waitFor(says);
    expect(await typed.ended()).to.equal(1);
    await ivan.writeAws("credentials", profileText("auth", key));
    const stored = ivan.terminal("enroll");
    await stored.waitFor(says);
    expect(await stored.ended()).to.equal(1);
    expect(stored.screen).not.to.contain("Make one in the console");
  });

  it("explains that STS does not know a device yet that was enrolled just now, and takes the next code", async () => {
    const slow = await Administrator.withStack({ developers: names, deviceConsistencySeconds: 90 });
    const alice = await Workstation.new(slow, "alice");
    await alice.writeAws("credentials", profileText("auth", await alice.keyFromConsole()));
    const terminal = alice.terminal("enroll");
    await skipPassword(terminal);
    await scanSecret(terminal, alice);
    await typeTwoCodes(terminal, alice);
    await terminal.waitFor("Account:");
    terminal.enter();
    await terminal.waitFor("MFA code");
    terminal.enter(alice.nextCode());
    await terminal.waitFor("STS does not know the MFA device; it learns of a new one within some 15 seconds:");
    slow.sandbox.clock.advance(90);
    await terminal.waitFor("Type the one that the device");
    terminal.enter(alice.nextCode());
    await terminal.waitFor("First login  works");
    expect(await terminal.ended()).to.equal(0);
    await slow.close();
  });
});
