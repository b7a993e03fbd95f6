import { expect } from "chai";
import { join } from "node:path";

import { clients } from "../../sandbox/testing.ts";
import { works } from "../../support/developer.ts";
import type { Administrator } from "../../support/harness.ts";
import { aliceAtWork, profileText, type Workstation } from "../../support/workstation.ts";

describe("login", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork(["alice", "bob"]));
  });
  after(() => admin.close());
  afterEach(() => alice.forget());

  const profileWorks = async (name: string): Promise<boolean> =>
    works(clients(admin.sandbox, await alice.profile(name)));
  /** The calls of STS that a function makes, with their inputs. */
  async function stsCalls(act: () => Promise<unknown>): Promise<[string, Record<string, unknown>][]> {
    const from = admin.sandbox.requests.length;
    await act();
    return admin.sandbox.requests
      .slice(from)
      .filter(({ service }) => service === "sts")
      .map(({ action, input }) => [action, input]);
  }
  /** Expects that a command is refused without a code being spent, or anything written. */
  async function refused(...args: string[]): Promise<string> {
    const before = await alice.readAws("credentials");
    let result = { status: null as number | null, stdout: "", stderr: "" };
    const calls = await stsCalls(async () => (result = await alice.run("login", ...args)));
    expect({ ...result, stderr: "", calls, file: await alice.readAws("credentials") }).to.eql({
      status: 1,
      stdout: "",
      stderr: "",
      calls: [],
      file: before,
    });
    return result.stderr;
  }

  it("writes a session of the developer's role into the profile dev, and says until when and what to try", async () => {
    const { stdout, stderr } = await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    expect(stderr).to.equal("");
    expect(stdout).to.match(
      /^Logged in to sandbox \(333333333333\) as developer-alice until \d{4}-\d\d-\d\d \d\d:\d\d: profile dev\.\nTry: aws ec2 describe-instances --profile dev\n$/,
    );
    expect(await profileWorks("dev")).to.equal(true);
    expect(await alice.readAws("credentials")).to.match(/^x_security_token_expires = \d{4}-\d\d-\d\dT[\d:.]+Z$/m);
  });

  it("asks for the role's longest session under the user's name, with the device's serial number", async () => {
    const calls = await stsCalls(() => alice.succeed("login", alice.nextCode(), "--account", "sandbox"));
    expect(calls.map(([action]) => action)).to.eql(["AssumeRole"]);
    expect(calls[0]?.[1]).to.deep.include({
      RoleArn: "arn:aws:iam::333333333333:role/developer-alice",
      RoleSessionName: "alice",
      SerialNumber: "arn:aws:iam::222222222222:mfa/alice",
      DurationSeconds: "43200",
    });
  });

  it("asks on a terminal for the account, the last choice first, and for the code", async () => {
    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    const terminal = alice.terminal("login", "--profile", "work");
    await terminal.waitFor("Account:");
    await terminal.waitFor("❯ sandbox (333333333333)");
    terminal.enter();
    await terminal.waitFor("MFA code");
    terminal.enter("12345");
    await terminal.waitFor("An MFA code is six digits.");
    terminal.type("\x15");
    const code = alice.nextCode();
    terminal.enter(`${code.slice(0, 3)} ${code.slice(3)}`);
    await terminal.waitFor("Logged in to sandbox");
    expect(await terminal.ended()).to.equal(0);
    expect(await profileWorks("work")).to.equal(true);
  });

  it("never shows a key or a token, in --json neither", async () => {
    const { status, value } = await (async () => {
      const result = await alice.run("login", alice.nextCode(), "--account", "sandbox", "--json");
      return { status: result.status, value: JSON.parse(result.stdout) as Record<string, unknown>[] };
    })();
    expect(status).to.equal(0);
    expect(Object.keys(value[0] ?? {})).to.eql(["profile", "account", "roleArn", "expires", "chained"]);
    const { secretAccessKey, sessionToken = "" } = await alice.profile("dev");
    expect(admin.printed).to.not.contain(secretAccessKey).and.not.contain(sessionToken);
    expect(admin.printed).to.not.contain(alice.accessKey.secretAccessKey);
  });

  it("--duration gives a shorter session", async () => {
    const [[, input] = []] = await stsCalls(() =>
      alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--duration", "15m"),
    );
    expect(input).to.deep.include({ DurationSeconds: "900" });
  });

  it("--all logs in to every account by one code, for an hour, into a profile each", async () => {
    let stdout = "";
    const calls = await stsCalls(async () => ({ stdout } = await alice.succeed("login", alice.nextCode(), "--all")));
    expect(calls.map(([action]) => action)).to.eql(["GetSessionToken", "AssumeRole", "AssumeRole"]);
    expect(calls.map(([, input]) => input["DurationSeconds"])).to.eql(["43200", "3600", "3600"]);
    expect(stdout).to.contain(": profile dev-sandbox.\n").and.contain(": profile dev-payments.\n");
    expect(stdout).to.contain(
      "AWS ends these after an hour.\nTry: aws ec2 describe-instances --profile dev-payments\n",
    );
    expect([await profileWorks("dev-sandbox"), await profileWorks("dev-payments")]).to.eql([true, true]);
  });

  it("--chain goes by way of a session of the developer's own, for an hour, and says so", async () => {
    let stdout = "";
    const calls = await stsCalls(
      async () => ({ stdout } = await alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--chain")),
    );
    expect(calls.map(([action]) => action)).to.eql(["GetSessionToken", "AssumeRole"]);
    expect(stdout).to.contain("By way of a session of your own, so that MFA stays in its context;");
    expect(await profileWorks("dev")).to.equal(true);
  });

  it("passes over the session that it has written, in AWS_PROFILE and in the environment", async () => {
    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    const { accessKeyId, secretAccessKey, sessionToken } = await alice.profile("dev");
    const session = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    const env = { ...session, AWS_PROFILE: "dev" };
    const { status, stderr } = await alice.runWith({ env }, "login", alice.nextCode(), "--account", "payments");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
  });

  describe("--kit", () => {
    const kit = (userName: string): Promise<unknown> =>
      admin.succeed("guide", userName, "--output", join(alice.home, `${userName}.md`));

    it("takes accounts and roles from the page of mfa-admin guide", async () => {
      await kit("alice");
      const { tags } = admin.sandbox.organization.accounts.get(admin.sandbox.authAccount)?.users.get("alice") ?? {};
      const before = [...(tags ?? [])];
      tags?.clear();
      try {
        await alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--kit", "alice.md");
      } finally {
        for (const [key, value] of before) tags?.set(key, value);
      }
      expect(await profileWorks("dev")).to.equal(true);
    });

    it("of somebody else is refused", async () => {
      await kit("bob");
      expect(await refused("123456", "--account", "sandbox", "--kit", "bob.md")).to.equal(
        "Error: bob.md is bob's of the account 222222222222; the access key is alice's of 222222222222.\nUse your own kit and your own access key.\n",
      );
    });
  });

  describe("refuses, before a code is spent,", () => {
    it("a code that is not six digits", async () => {
      expect(await refused("12345a", "--account", "sandbox")).to.equal(
        "Error: An MFA code is six digits.\nType the code that your MFA device shows.\n",
      );
    });

    it("an account that is not assigned, and names those that are", async () => {
      expect(await refused("123456", "--account", "sandbx")).to.equal(
        'Error: No account "sandbx" is assigned to you. Yours: payments, sandbox.\nName one of them with --account, or ask an administrator.\n',
      );
    });

    it("an account of a name that every object of the language has", async () => {
      expect(await refused("123456", "--account", "constructor")).to.match(
        /^Error: No account "constructor" is assigned/,
      );
    });

    it("several accounts without a terminal to choose on", async () => {
      expect(await refused("123456")).to.equal(
        "Error: Several accounts are assigned to you: payments, sandbox.\nChoose one with --account, or --all.\n",
      );
    });

    it("no code without a terminal", async () => {
      expect(await refused("--account", "sandbox")).to.equal(
        "Error: An MFA code is needed, and there is no terminal to ask on.\nRun mfa-admin login CODE.\n",
      );
    });

    it("a chained session over an hour", async () => {
      expect(await refused("123456", "--all", "--duration", "7200")).to.equal(
        "Error: --duration 7200: a session by way of another one lasts 3600 s at most.\nLeave out --chain and --all, or give a shorter --duration.\n",
      );
    });

    it("a duration that AWS does not know", async () => {
      expect(await refused("123456", "--duration", "60")).to.match(
        /^Error: --duration: "60" is no length of a session; give one from 15m to 12h/,
      );
    });

    it("a profile that holds an access key", async () => {
      await alice.writeAws(
        "credentials",
        `${profileText("auth", alice.accessKey)}${profileText("dev", { accessKeyId: "AKIAOTHER", secretAccessKey: "other" })}`,
      );
      expect(await refused("123456", "--account", "sandbox")).to.equal(
        "Error: The profile dev holds an access key, which would be lost.\nChoose another with --profile.\n",
      );
    });

    it("a profile for which the AWS CLI would use something else", async () => {
      await alice.writeAws("config", "[profile dev]\nrole_arn = arn:aws:iam::333333333333:role/other\n");
      expect(await refused("123456", "--account", "sandbox")).to.equal(
        "Error: The profile dev has role_arn, which the AWS CLI would use instead.\nChoose another with --profile.\n",
      );
    });

    it("no access key at all", async () => {
      await alice.writeAws("credentials", "");
      expect(await refused("123456")).to.equal(
        "Error: No access key of yours was found: not in the environment, and in no profile auth or default.\nRun mfa-admin enroll, or name the profile that has it with --source-profile.\n",
      );
    });

    it("a source profile that is not there, naming those with a key", async () => {
      expect(await refused("123456", "--source-profile", "nobody")).to.equal(
        "Error: There is no profile nobody.\nProfiles that hold one: auth.\n",
      );
    });
  });
});
