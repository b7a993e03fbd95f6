import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { fromProcess } from "@aws-sdk/credential-providers";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { clients, refusal } from "../../sandbox/testing.ts";
import { works } from "../../support/developer.ts";
import type { Administrator } from "../../support/harness.ts";
import { aliceAtWork, profileText, type Workstation } from "../../support/workstation.ts";

describe("what a login has opened", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork());
  });
  after(() => admin.close());
  afterEach(() => alice.forget());

  const loginTo = (account: string): Promise<unknown> => alice.succeed("login", alice.nextCode(), "--account", account);

  describe("credential-process", () => {
    const process = ["credential-process", "--account", "sandbox"];

    it("prints what credential_process expects, from what login has opened", async () => {
      await loginTo("sandbox");
      const from = admin.sandbox.requests.length;
      const { stdout, stderr } = await alice.succeed(...process);
      const printed = JSON.parse(stdout) as Record<string, string>;
      expect(Object.keys(printed)).to.eql(["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
      expect(printed["Version"]).to.equal(1);
      expect(Date.parse(printed["Expiration"] ?? "")).to.be.greaterThan(Date.now());
      const { accessKeyId, secretAccessKey, sessionToken } = await alice.profile("dev");
      expect([printed["AccessKeyId"], printed["SecretAccessKey"], printed["SessionToken"]]).to.eql([
        accessKeyId,
        secretAccessKey,
        sessionToken,
      ]);
      expect({ stderr, asked: admin.sandbox.requests.length - from }).to.eql({ stderr: "", asked: 0 });
    });

    it("is given what login has opened by the key that AWS took, where another one comes before it", async () => {
      const env = { AWS_ACCESS_KEY_ID: "AKIAAAAAAAAAAAAAAAAA", AWS_SECRET_ACCESS_KEY: "x" };
      const login = await alice.runWith({ env }, "login", alice.nextCode(), "--account", "sandbox");
      expect(login.stderr).to.match(/^Passing over the environment: /);
      const { stdout, stderr } = await alice.runWith({ env }, ...process);
      expect(stderr).to.equal("");
      expect(stdout).to.contain((await alice.profile("dev")).accessKeyId);
      const page = await alice.runWith({ env }, "console", "--json");
      expect(JSON.parse(page.stdout)).to.include({ account: "sandbox" });
    });

    it("without a terminal fails at once, and says which command to run", async () => {
      const from = admin.sandbox.requests.length;
      const { status, stdout, stderr } = await alice.run(...process);
      expect({ status, stdout, asked: admin.sandbox.requests.length - from }).to.eql({
        status: 1,
        stdout: "",
        asked: 0,
      });
      // The error has another end where the tests themselves run on a terminal.
      expect(stderr).to.match(
        /^Error: You are not logged in to sandbox, and .*\nRun mfa-admin login --account sandbox[.;]/,
      );
    });

    it("asks on stderr when there is a terminal, so that stdout holds nothing but the credentials", async () => {
      const terminal = alice.shell('"$@" >out.json', ...process);
      await terminal.waitFor("MFA code for sandbox:");
      terminal.enter(alice.nextCode());
      expect(await terminal.ended()).to.equal(0);
      expect(JSON.parse(await alice.read("out.json"))).to.include({ Version: 1 });
    });

    it("asks for a new code when the session ends within minutes", async () => {
      await alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--duration", "900");
      expect((await alice.run(...process)).status).to.equal(0);
      await alice.rewriteMemory((text) =>
        text.replace(/"expires":"[^"]*"/, `"expires":"${new Date(Date.now() + 4 * 60_000).toISOString()}"`),
      );
      expect((await alice.run(...process)).stderr).to.contain("You are not logged in to sandbox");
    });

    it("is what the SDK's own provider can use", async () => {
      await loginTo("sandbox");
      await alice.writeAws("config", `[profile sdk]\ncredential_process = ${alice.commandLine(...process)}\n`);
      const { AWS_ENDPOINT_URL } = admin.sandbox.environment();
      const credentials = await withEnvironment(alice.environment({ AWS_ENDPOINT_URL }), () =>
        fromProcess({ profile: "sdk", ignoreCache: true })(),
      );
      const { ec2 } = clients(admin.sandbox, {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        sessionToken: credentials.sessionToken ?? "",
      });
      await ec2.send(new DescribeInstancesCommand({}));
    });
  });

  describe("whoami", () => {
    it("shows the user, the device, what is assigned and where one is logged in", async () => {
      await loginTo("sandbox");
      const { stdout } = await alice.succeed("whoami");
      expect(stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "TIME")).to.equal(
        `${[
          "User        alice in the auth account 222222222222",
          `Access key  ${alice.accessKey.accessKeyId}, of the profile auth`,
          "MFA device  arn:aws:iam::222222222222:mfa/alice",
          "Role        developer-alice",
          "Accounts    payments (444444444444), sandbox (333333333333)",
          "Logged in   sandbox until TIME (profile dev)",
        ].join("\n")}\n`,
      );
    });

    it("tells of a session that is in no profile, but remembered for those that share it", async () => {
      await loginTo("sandbox");
      await alice.writeAws("credentials", profileText("auth", alice.accessKey));
      expect((await alice.succeed("whoami")).stdout).to.match(
        /^Logged in   sandbox until .* \(for the profiles that share your login\)$/m,
      );
    });

    it("says what AWS says of a session, whatever the file has", async () => {
      await loginTo("sandbox");
      const file = await alice.readAws("credentials");
      await alice.writeAws("credentials", file.replace(/(?<=x_security_token_expires = ).*/, "2020-01-01T00:00:00Z"));
      expect((await alice.succeed("whoami")).stdout).to.contain("sandbox still, although the file has 2020-01-01");
      const { sessionToken = "" } = await alice.profile("dev");
      await alice.writeAws("credentials", file.replace(sessionToken, sessionToken.slice(1)));
      expect((await alice.succeed("whoami")).stdout).to.match(
        /sandbox no more; run mfa-admin login \(profile dev; AWS: InvalidClientTokenId: .*\)/,
      );
    });

    it("does not call a session live that an administrator has ended, and console gives no address for it", async () => {
      await loginTo("sandbox");
      await admin.succeed("end-sessions", "alice", "--yes");
      expect((await alice.succeed("whoami")).stdout).to.match(
        /sandbox no more; run mfa-admin login \(profile dev; AWS: AccessDenied: .*explicit deny in an identity-based policy\.\)/,
      );
      const { status, stdout, stderr } = await alice.run("console");
      expect({ status, stdout }).to.eql({ status: 1, stdout: "" });
      expect(stderr).to.match(
        /^Your session of sandbox works no more: AccessDenied: .*\n.*You are not logged in to sandbox/,
      );
    });

    it("gives the same as JSON, without a secret", async () => {
      const { stdout } = await alice.succeed("whoami", "--json");
      expect(JSON.parse(stdout)).to.deep.include({ userName: "alice", authAccount: "222222222222", logins: [] });
      expect(stdout).to.not.contain(alice.accessKey.secretAccessKey);
    });
  });

  describe("logout", () => {
    it("removes what login wrote, and nothing else; a second one says that there was nothing", async () => {
      const before = await alice.readAws("credentials");
      await loginTo("sandbox");
      expect((await alice.succeed("logout")).stdout).to.equal("Logged out: sandbox (profile dev).\n");
      expect(await alice.readAws("credentials")).to.equal(before);
      expect((await alice.run("credential-process", "--account", "sandbox")).status).to.equal(1);
      expect((await alice.succeed("logout")).stdout).to.equal("You were not logged in.\n");
    });
  });

  describe("the region of the profile", () => {
    const regionAfterLogin = async (config: string): Promise<string | undefined> => {
      await alice.writeAws("config", config);
      await loginTo("sandbox");
      return /^region = (.*)$/m.exec(await alice.readAws("credentials"))?.[1];
    };

    it("is that of the account's profile, else the default one, else us-east-1", async () => {
      const account = "[profile sandbox]\nregion = eu-west-1\n";
      const ownDefault = "[default]\nregion = ap-northeast-1\n";
      expect(await regionAfterLogin(`${ownDefault}${account}`)).to.equal("eu-west-1");
      expect(await regionAfterLogin(ownDefault)).to.equal("ap-northeast-1");
      expect(await regionAfterLogin("")).to.equal("us-east-1");
    });

    it("is the user's own where there is one, also one that was chosen later", async () => {
      expect(await regionAfterLogin("")).to.equal("us-east-1");
      expect(await regionAfterLogin("[profile dev]\nregion = eu-central-1\n")).to.equal(undefined);
    });

    it("that the user has written into the credentials file outlives a logout", async () => {
      const own = `${profileText("auth", alice.accessKey)}\n[dev]\nregion = eu-north-1\n`;
      await alice.writeAws("credentials", own);
      await loginTo("sandbox");
      await alice.succeed("logout");
      expect(await alice.readAws("credentials")).to.equal(own);
    });
  });

  describe("console", () => {
    it("prints an address that signs in as the role", async () => {
      await loginTo("sandbox");
      const { stdout } = await alice.succeed("console");
      const response = await fetch(stdout.trim(), { redirect: "manual" });
      expect(await response.text()).to.contain("developer-alice");
    });

    it("--open opens it in the browser instead of printing it", async () => {
      await loginTo("sandbox");
      const browser = join(alice.home, "browser");
      await writeFile(browser, `#!/bin/sh\necho "$1" > "${browser}.txt"\n`, { mode: 0o755 });
      const { stdout } = await alice.runWith({ env: { BROWSER: browser, DISPLAY: undefined } }, "console", "--open");
      expect(stdout).to.equal("Opened the console of sandbox in the browser.\n");
      // The command does not wait for the browser, so the test does.
      while (!(await alice.exists("browser.txt"))) await setTimeout(20);
      expect((await alice.read("browser.txt")).trim()).to.match(/\/federation\?Action=login&.*SigninToken=/);
    });

    it("--open prints the address where there is no browser, or it does not open", async () => {
      await loginTo("sandbox");
      for (const BROWSER of [undefined, "/nowhere/browser"]) {
        const env = { BROWSER, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, PATH: dirname(process.execPath) };
        const { stdout, stderr } = await alice.runWith({ env }, "console", "--open");
        expect(stderr).to.equal("No browser could be opened here. Open this address, which is good for 15 minutes:\n");
        expect(stdout).to.match(/\/federation\?Action=login&.*SigninToken=/);
      }
    });

    it("says nothing of the session when the sign-in service refuses", async () => {
      await loginTo("sandbox");
      const env = { AWS_ENDPOINT_URL_SIGNIN: "http://127.0.0.1:9" };
      const { status, stderr } = await alice.runWith({ env }, "console");
      expect({ status, stderr }).to.eql({
        status: 1,
        stderr:
          "Error: The sign-in service at http://127.0.0.1:9 gave no token: it could not be reached.\nLog in again with mfa-admin login; check the network if it goes on.\n",
      });
    });

    it("asks for a login where there is none", async () => {
      expect((await alice.run("console")).stderr).to.match(
        /^Error: You are not logged in, and .*\nRun mfa-admin login[.;]/,
      );
    });
  });

  describe("after remove-developer", () => {
    it("a session of the role is worthless once the developer is cut off", async () => {
      await loginTo("sandbox");
      const session = clients(admin.sandbox, await alice.profile("dev"));
      expect(await works(session)).to.equal(true);
      await admin.succeed("remove-developer", "alice", "--yes");
      const { name } = await refusal(session.ec2.send(new DescribeInstancesCommand({})));
      expect(name).to.match(/AuthFailure|UnauthorizedOperation/);
    });
  });
});

/** Calls `act` with other environment variables. */
async function withEnvironment<T>(variables: Record<string, string | undefined>, act: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  setEnvironment(variables);
  try {
    return await act();
  } finally {
    setEnvironment(before);
  }
}

function setEnvironment(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a variable is either there or not
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
