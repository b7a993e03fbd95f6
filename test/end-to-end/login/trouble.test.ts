import {
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { ADMINISTRATOR_ACCESS, administratorOf } from "../../sandbox/testing.ts";
import type { Administrator } from "../../support/harness.ts";
import { interruptedIn } from "../../support/terminal.ts";
import { aliceAtWork, profileText, type Workstation } from "../../support/workstation.ts";

const login = ["login", "--account", "sandbox"];

describe("login in trouble", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork());
  });
  after(() => admin.close());
  afterEach(async () => {
    admin.sandbox.clearFaults();
    await alice.forget();
  });

  /** Runs a command, which has to fail and to leave the credentials file as it was. */
  async function fails(...args: string[]): Promise<string> {
    const before = await alice.readAws("credentials");
    const { status, stdout, stderr } = await alice.run(...args);
    expect({ status, stdout, file: await alice.readAws("credentials") }).to.eql({
      status: 1,
      stdout: "",
      file: before,
    });
    return stderr;
  }

  it("an access key that was deactivated, or deleted, is named with where it was found", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const spare = await alice.keyFromConsole();
    const key = { UserName: "alice", AccessKeyId: spare.accessKeyId };
    await alice.writeAws("credentials", profileText("default", spare));
    const says = `Error: AWS does not accept the access key ${spare.accessKeyId} of the profile default, which was deactivated or deleted: The security token included in the request is invalid.\nMake a new one in the console, under Security credentials, then run mfa-admin enroll. If you did not expect this, ask an administrator.\n`;
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: "Inactive" }));
    expect(await fails(...login, "123456")).to.equal(says);
    await iam.send(new DeleteAccessKeyCommand(key));
    expect(await fails(...login, "123456")).to.equal(says);
  });

  it("a key of the environment that is dead does not hide the good one in the profile", async () => {
    const env = { AWS_ACCESS_KEY_ID: "AKIAAAAAAAAAAAAAAAAA", AWS_SECRET_ACCESS_KEY: "x" };
    const { status, stderr } = await alice.runWith({ env }, ...login, alice.nextCode());
    expect(stderr).to.match(
      /^Passing over the environment: AWS does not accept the access key AKIAA+ of the environment/,
    );
    expect(status).to.equal(0);
  });

  it("a secret that does not fit its key is said to be wrong, and is not shown", async () => {
    const { accessKeyId } = alice.accessKey;
    await alice.writeAws("credentials", profileText("auth", { accessKeyId, secretAccessKey: "mistyped" }));
    const stderr = await fails(...login, "123456");
    expect(stderr).to.match(/^Error: AWS does not accept the access key AKIA\w+ of the profile auth: /);
    expect(stderr).to.contain("Check the secret access key.").and.not.contain("mistyped");
  });

  it("a role that allows less than its tags say is told by its limit", async () => {
    const role = admin.sandbox.organization.accounts.get("333333333333")?.roles.get("developer-alice");
    if (role === undefined) throw new Error("there is no role");
    role.maxSessionDuration = 3600;
    try {
      expect(await fails(...login, alice.nextCode())).to.equal(
        "Error: The role arn:aws:iam::333333333333:role/developer-alice allows no session of 43200 s: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.\nGive a shorter --duration.\n",
      );
    } finally {
      role.maxSessionDuration = 43200;
    }
  });

  it("a duration over the role's maximum is refused with that maximum, before a code is spent", async () => {
    await admin.editSettings((text) => text.replace(/^config:$/m, "config:\n  mfa-admin:sessionDuration: 7200"));
    await admin.succeed("up", "--yes");
    const from = admin.sandbox.requests.length;
    expect(await fails(...login, "123456", "--duration", "10000")).to.equal(
      "Error: --duration 10000: a session of developer-alice lasts 7200 s at most.\nGive a shorter --duration, or leave it out for the longest.\n",
    );
    expect(admin.sandbox.requests.slice(from).map(({ service }) => service)).to.eql(["iam", "iam"]);
  });

  for (const [action, told] of [
    ["GetUser", "Interrupted. Nothing was changed, and no code was used: run it again."],
    [
      "AssumeRole",
      "Interrupted. The code may be used up, and no profile has its session: wait for your device's next code, then run it again.",
    ],
  ] as const) {
    it(`Ctrl-C in the middle of ${action} says what is done and what to run`, async () => {
      const before = await alice.readAws("credentials");
      const terminal = alice.terminal(...login, alice.nextCode());
      await interruptedIn(admin, action, terminal);
      expect(terminal.screen.replaceAll(/\s+/g, " ")).to.contain(told);
      expect(await alice.readAws("credentials")).to.equal(before);
    });
  }

  it("the network gone in the middle leaves nothing half-written, and says what to check", async () => {
    admin.sandbox.injectFault({
      service: "sts",
      action: "AssumeRole",
      code: "Cut",
      times: Infinity,
      cutConnection: true,
    });
    expect(await fails(...login, alice.nextCode())).to.match(
      /^Error: AWS could not be reached: .*\nCheck the network and AWS_ENDPOINT_URL\.\n$/,
    );
  });

  it("the network gone between two accounts of --all leaves neither profile", async () => {
    admin.sandbox.injectFault({
      service: "sts",
      action: "AssumeRole",
      resource: "333333333333",
      code: "Cut",
      times: Infinity,
      cutConnection: true,
    });
    expect(await fails("login", "--all", alice.nextCode())).to.contain("AWS could not be reached");
  });

  it("no network at all says so", async () => {
    const { status, stderr } = await alice.runWith(
      { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } },
      ...login,
      "123456",
    );
    expect(status).to.equal(1);
    expect(stderr).to.match(/^Error: AWS could not be reached: .*\nCheck the network and AWS_ENDPOINT_URL\.\n$/);
  });

  it("a network that swallows everything is given up", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const { status, stderr } = await alice.runWith({ env }, ...login, "123456");
    silent.close();
    expect(status).to.equal(1);
    expect(stderr).to.equal(
      "Error: AWS could not be reached: no answer came in time.\nCheck the network and AWS_ENDPOINT_URL.\n",
    );
  });

  it("a user to whom nothing is assigned is told whom to ask", async () => {
    const { tags } = admin.sandbox.organization.accounts.get(admin.sandbox.authAccount)?.users.get("alice") ?? {};
    const before = [...(tags ?? [])];
    tags?.clear();
    try {
      expect(await fails(...login, "123456")).to.equal(
        "Error: Your user, alice, does not say what is assigned to you.\nAsk an administrator to run mfa-admin up; or name the page of mfa-admin guide with --kit.\n",
      );
    } finally {
      for (const [key, value] of before) tags?.set(key, value);
    }
  });

  it("a role that is not there is said to be missing or another's", async () => {
    const { iam } = await administratorOf(admin.sandbox, "333333333333");
    await iam.send(new DetachRolePolicyCommand({ RoleName: "developer-alice", PolicyArn: ADMINISTRATOR_ACCESS }));
    await iam.send(new DeleteRoleCommand({ RoleName: "developer-alice" }));
    const stderr = await fails(...login, alice.nextCode(), "--verbose");
    expect(stderr).to.match(
      /^Error: The role arn:aws:iam::333333333333:role\/developer-alice is not there, or is not yours: User: \S+ is not authorized to perform: sts:AssumeRole on resource: .*\.\nmfa-admin whoami shows what is assigned to you; ask an administrator about the rest\.\n/,
    );
    expect(stderr).to.match(/^Caused by: AccessDenied: .*[^]*^ +AWS's request \S+$/m);
    expect(stderr).not.to.contain(alice.accessKey.secretAccessKey);
  });
});
