import { DeactivateMFADeviceCommand } from "@aws-sdk/client-iam";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { setTimeout } from "node:timers/promises";

import { administratorOf, clients, enableDevice, refusal } from "../../sandbox/testing.ts";
import { Administrator } from "../../support/harness.ts";
import { aliceAtWork, Workstation } from "../../support/workstation.ts";

const login = ["login", "--account", "sandbox"];

describe("login: MFA codes and devices", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork(["alice", "bob", "carol", "dave", "erin"]));
  });
  after(() => admin.close());
  afterEach(() => alice.forget());

  const sessionsOpened = (from: number): string[] =>
    admin.sandbox.requests
      .slice(from)
      .filter(({ service }) => service === "sts")
      .map(({ input, outcome }) => `${String(input["SerialNumber"]).split(":mfa/")[1] ?? ""} ${outcome}`);

  it("says what to do about a wrong code", async () => {
    const { status, stderr } = await alice.run(...login, alice.wrongCode());
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: AWS did not take the MFA code: MultiFactorAuthentication failed with invalid MFA one time pass code.\nType the code that the device shows now; each works once, so wait for the next one if it was used. If it goes on, set the clock of the phone.\n",
    });
    expect(await alice.readAws("credentials")).to.not.contain("[dev]");
  });

  it("asks again after a wrong code on a terminal", async () => {
    const terminal = alice.terminal(...login);
    await terminal.waitFor("MFA code for sandbox:");
    terminal.enter(alice.wrongCode());
    await terminal.waitFor("invalid MFA one time pass code. Type the one that the device shows now.");
    await terminal.waitFor("MFA code for sandbox:");
    terminal.enter(alice.nextCode());
    await terminal.waitFor("Logged in to sandbox");
    expect(await terminal.ended()).to.equal(0);
  });

  it("refuses a code that it has used already without asking AWS again, and says when the next one comes", async () => {
    const code = alice.nextCode();
    await alice.succeed(...login, code);
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await alice.run(...login, code);
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^Error: This code was used already; each works once\.\n(Wait for the next one, which comes in \d+ s|Give the next one, which your device shows)\.\n$/,
    );
    expect(sessionsOpened(from)).to.eql([]);
  });

  it("on a terminal waits for the next code instead", async () => {
    const code = alice.nextCode();
    await alice.succeed(...login, code);
    const terminal = alice.terminal(...login, code);
    await terminal.waitFor("This code was used already;");
    await terminal.waitFor("MFA code");
    terminal.enter(code);
    await terminal.waitFor("This code was used already; the next one comes in");
    terminal.type("\x15");
    terminal.enter(alice.nextCode());
    await terminal.waitFor("Logged in to sandbox");
    expect(await terminal.ended()).to.equal(0);
  });

  it("keeps of a used code no more than its hash", async () => {
    const code = alice.nextCode();
    await alice.succeed(...login, code);
    const path = [".cache", "mfa-admin", "logins", `${alice.accessKey.accessKeyId}.json`];
    expect(await alice.modeOf(...path)).to.equal(0o600);
    expect(await alice.modeOf(".cache", "mfa-admin", "logins")).to.equal(0o700);
    expect(await alice.read(...path)).to.not.contain(`"${code}"`);
  });

  it("asks once for two logins at the same time; both get the session", async () => {
    const first = alice.terminal(...login);
    await first.waitFor("MFA code for sandbox:");
    const second = alice.terminal(...login, "--profile", "second");
    await second.waitFor("Waiting for another mfa-admin, which is asking for a code.");
    first.enter(alice.nextCode());
    await second.waitFor("Logged in to sandbox");
    expect([await first.ended(), await second.ended()]).to.eql([0, 0]);
    expect(second.screen).to.not.contain("MFA code");
    expect(await alice.profile("second")).to.eql(await alice.profile("dev"));
  });

  it("--chain does not take a session without MFA that another login has made meanwhile", async () => {
    const first = alice.terminal(...login);
    await first.waitFor("MFA code for sandbox:");
    const second = alice.terminal(...login, "--chain");
    await second.waitFor("Waiting for another mfa-admin, which is asking for a code.");
    first.enter(alice.nextCode());
    await second.waitFor("MFA code");
    second.enter(alice.nextCode());
    await second.waitFor("By way of a session of your own");
    expect([await first.ended(), await second.ended()]).to.eql([0, 0]);
  });

  it("goes on while somebody logs out, and brings no other session back", async () => {
    await alice.succeed("login", "--account", "payments", alice.nextCode());
    const terminal = alice.terminal(...login);
    await terminal.waitFor("MFA code");
    await alice.succeed("logout");
    // The wait is as long as the lock takes to notice what has become of its file.
    await setTimeout(6000);
    terminal.enter(alice.nextCode());
    await terminal.waitFor("Logged in to sandbox");
    expect(await terminal.ended()).to.equal(0);
    expect((await alice.run("credential-process", "--account", "payments")).status).to.equal(1);
  });

  it("says what a developer without a device has to do", async () => {
    const bob = await Workstation.new(admin, "bob");
    const { accessKeyId, secretAccessKey } = await bob.keyFromConsole();
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const { status, stderr } = await bob.runWith({ env }, ...login, "123456");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: "Error: You have no MFA device yet, and nothing works without one.\nRun mfa-admin enroll.\n",
    });
  });

  it("says why a passkey alone can't work in a terminal", async () => {
    const bob = await Workstation.new(admin, "bob");
    admin.sandbox.registerSecurityKey("bob", "laptop");
    const { accessKeyId, secretAccessKey } = await bob.keyFromConsole();
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const { status, stderr } = await bob.runWith({ env }, ...login, "123456");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: Only a passkey or security key is enrolled. It works in the console; the AWS API takes nothing but the codes of an authenticator app.\nSign in to the console with it, and assign an app named bob beside it; if that is refused, ask an administrator.\n",
    });
  });

  it("finds a device of any name, beside a passkey", async () => {
    const carol = await Workstation.enrolled(admin, "carol");
    const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await auth.iam.send(
      new DeactivateMFADeviceCommand({ UserName: "carol", SerialNumber: "arn:aws:iam::222222222222:mfa/carol" }),
    );
    admin.sandbox.registerSecurityKey("carol", "laptop");
    const { seed } = await enableDevice(admin.sandbox, auth.iam, "carol", "old-phone");
    carol.scan(seed);
    await carol.forget();
    const from = admin.sandbox.requests.length;
    await carol.succeed(...login, carol.nextCode());
    expect(sessionsOpened(from)).to.eql(["old-phone ok"]);
  });

  it("of several devices tries each with the code, the last used one first from then on", async () => {
    const dave = await Workstation.enrolled(admin, "dave");
    const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const { seed } = await enableDevice(admin.sandbox, auth.iam, "dave", "tablet");
    dave.scan(seed);
    await dave.forget();
    const from = admin.sandbox.requests.length;
    await dave.succeed(...login, dave.nextCode());
    await dave.succeed(...login, dave.nextCode());
    expect(sessionsOpened(from)).to.eql(["dave AccessDenied", "tablet ok", "tablet ok"]);
  });

  it("tells by how much this machine's clock is off, and works all the same", async () => {
    admin.sandbox.clock.setAhead(17 * 60);
    try {
      const { stdout, stderr } = await alice.succeed(...login, alice.nextCode());
      expect(stdout).to.contain("Logged in to sandbox");
      // The codes of earlier tests may have let a minute pass.
      expect(stderr).to.match(
        /^Note: this machine's clock is 1[78] minutes slow\. Set it: other AWS tools will fail by it\.\n$/,
      );
    } finally {
      admin.sandbox.clock.setAhead(0);
    }
  });

  it("says so when AWS verifies no more codes of the device for now, and takes none for wrong", async () => {
    const limited = await Administrator.withStack({
      developers: ["alice", "bob", "carol", "dave", "erin"],
      verificationsPerDevice: 9,
    });
    const erin = await Workstation.enrolled(limited, "erin");
    const { sts } = clients(limited.sandbox, erin.accessKey);
    const SerialNumber = "arn:aws:iam::222222222222:mfa/erin";
    for (let attempt = 1; attempt <= 9; attempt++) {
      await refusal(sts.send(new GetSessionTokenCommand({ SerialNumber, TokenCode: erin.wrongCode() })));
    }
    const { status, stderr } = await erin.run(...login, erin.nextCode());
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: AWS takes no code of this MFA device for now, right or wrong: it was asked too often. MultiFactorAuthentication failed, MFA device unavailable. Please try again later.\nWait three minutes, then try again with the code that the device shows then.\n",
    });
    limited.sandbox.clock.advance(180);
    await erin.succeed(...login, erin.nextCode());
    await limited.close();
  });
});
