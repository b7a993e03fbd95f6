import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateVirtualMFADeviceCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";

import type { Credentials } from "../sandbox/index.ts";
import { administratorOf, clients, type Clients, enableDevice, given, refusal } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { changePassword, finishEnrollment, oneTimePassword, typeKey } from "../support/enrollment.ts";
import { Administrator } from "../support/harness.ts";
import { profileText, Workstation } from "../support/workstation.ts";

const mfaMaxAge = 7200;
const password = "correct-Horse-7-battery";
const RoleArn = "arn:aws:iam::333333333333:role/developer-alice";
const device = "arn:aws:iam::222222222222:mfa/alice";

describe("a stack with accessKeys: with-mfa and mfaMaxAge", () => {
  let admin: Administrator;
  let alice: Workstation;
  let passwordOfDave = "";

  before(async () => {
    const hardened = `config:\n  mfa-admin:accessKeys: with-mfa\n  mfa-admin:mfaMaxAge: ${mfaMaxAge}\n`;
    admin = await Administrator.withStack({
      developers: ["alice", "bob", "carol", "dave"],
      edit: (text) => text.replace("config:\n", hardened),
    });
    alice = await developer("alice");
    passwordOfDave = await oneTimePassword(admin, "dave");
  });
  after(() => admin.close());

  const developer = (userName: string): Promise<Workstation> => Workstation.new(admin, userName);
  const as = (credentials: Credentials): Clients => clients(admin.sandbox, credentials);
  const nameOf = async (request: Promise<unknown>): Promise<string> => (await refusal(request)).name;

  /** Tries all that a holder of the access key alone may try. @returns the error's name for each attempt */
  async function attempts(key: Credentials, userName: string): Promise<Record<string, string>> {
    const { iam, sts } = as(key);
    const without = as(given((await sts.send(new GetSessionTokenCommand({}))).Credentials)).iam;
    const status = { UserName: userName, AccessKeyId: key.accessKeyId, Status: "Inactive" } as const;
    return {
      make: await nameOf(iam.send(new CreateAccessKeyCommand({}))),
      "make by a session": await nameOf(without.send(new CreateAccessKeyCommand({}))),
      change: await nameOf(iam.send(new UpdateAccessKeyCommand(status))),
      delete: await nameOf(iam.send(new DeleteAccessKeyCommand({ AccessKeyId: key.accessKeyId }))),
      list: await nameOf(iam.send(new ListAccessKeysCommand({}))),
      enrol: await nameOf(iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: userName }))),
      "enrol by a session": await nameOf(
        without.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: userName })),
      ),
      password: await nameOf(iam.send(new ChangePasswordCommand({ OldPassword: password, NewPassword: "other-1-Aa" }))),
      role: await nameOf(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: userName }))),
    };
  }
  const allRefused = (tried: Record<string, string>): void => {
    // IAM accepts no session of GetSessionToken without MFA.
    const refused = (what: string): string => (what.endsWith("by a session") ? "InvalidClientTokenId" : "AccessDenied");
    expect(tried).to.eql(Object.fromEntries(Object.keys(tried).map((what) => [what, refused(what)])));
  };

  it("leaves a stolen key nothing before its owner's first device: no key, no device, no password, no role", async () => {
    const bob = await developer("bob");
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const stolen = await bob.keyFromConsole();
    allRefused(await attempts(stolen, "bob"));
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: "bob" }));
    expect(AccessKeyMetadata?.map(({ Status }) => Status)).to.eql(["Active"]);
    expect((await iam.send(new ListMFADevicesCommand({ UserName: "bob" }))).MFADevices).to.eql([]);
  });

  it("lets a developer in by the console: sign-in, password, device; and with it the access key", async () => {
    const first = as(
      await admin.sandbox.signIn({
        userName: "alice",
        password: await oneTimePassword(admin, "alice"),
        newPassword: password,
      }),
    );
    expect(await nameOf(first.iam.send(new CreateAccessKeyCommand({})))).to.equal("AccessDenied");
    alice.scan((await enableDevice(admin.sandbox, first.iam, "alice")).seed);
    admin.sandbox.clock.advance(90);
    // The session was opened without MFA, and a new device does not change that.
    expect(await nameOf(first.iam.send(new CreateAccessKeyCommand({})))).to.equal("AccessDenied");
    const { iam } = as(await admin.sandbox.signIn({ userName: "alice", password, tokenCode: alice.nextCode() }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
    const key = { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };

    const terminal = alice.terminal("enroll");
    await typeKey(terminal, key);
    await terminal.waitFor("Password     the one that you sign in to the console with; it is changed there");
    await terminal.waitFor(`MFA device   ${device}, enrolled already`);
    await terminal.waitFor(`Access key   ${key.accessKeyId} itself, in the profile auth`);
    await finishEnrollment(terminal, alice);
    expect(await alice.profile("auth")).to.eql(key);
    expect(await works(as(await alice.profile("dev")))).to.equal(true);
    expect(terminal.screen).to.not.contain("One-time password").and.not.contain(key.secretAccessKey);
  });

  it("enrols again with the key that is there, which finishes", async () => {
    const terminal = alice.terminal("enroll");
    await terminal.waitFor("in the profile auth already");
    await finishEnrollment(terminal, alice);
  });

  it("takes a second key on the same computer, and says that the first one stays", async () => {
    const key = await alice.profile("auth");
    const { iam } = await session();
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    const env = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey };
    const terminal = alice.terminalWith(env, "enroll");
    await terminal.waitFor(`${key.accessKeyId}, in the profile auth; ${AccessKeyId} stays: delete`);
    await finishEnrollment(terminal, alice);
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId }));
  });

  it("logs in every day by a code", async () => {
    const { stdout } = await alice.succeed("login", alice.nextCode(), "--account", "payments");
    expect(stdout).to.contain("Logged in to payments (444444444444)");
    expect(await works(as(await alice.profile("dev")))).to.equal(true);
  });

  it("leaves a stolen key nothing after enrolment, either", async () => {
    allRefused(await attempts(await alice.profile("auth"), "alice"));
    await admin.sandbox.signIn({ userName: "alice", password, tokenCode: alice.nextCode() });
  });

  it("rotates a key by a session with MFA", async () => {
    const old = await alice.profile("auth");
    const { iam } = await session();
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
    const key = { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: old.accessKeyId }));
    await alice.writeAws("credentials", profileText("auth", key));
    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
  });

  /** A session of the developer's user (GetSessionToken), with MFA, for twelve hours. */
  async function session(): Promise<Clients> {
    return as(await sessionKeys());
  }
  async function sessionKeys(): Promise<Required<Credentials>> {
    const { sts } = as(await alice.profile("auth"));
    const code = { SerialNumber: device, TokenCode: alice.nextCode() };
    return given((await sts.send(new GetSessionTokenCommand({ ...code, DurationSeconds: 43200 }))).Credentials);
  }

  describe("enroll", () => {
    it("sends who has no device to the console, before anything is made", async () => {
      const carol = await developer("carol");
      await carol.writeAws("credentials", profileText("auth", await carol.keyFromConsole()));
      const from = admin.sandbox.requests.length;
      const terminal = carol.terminal("enroll");
      await terminal.waitFor("Error: You have no MFA device yet, and no access key may assign the first one.");
      await terminal.waitFor("Sign in to the console, assign an authenticator app named carol");
      expect(await terminal.ended()).to.equal(1);
      expect(admin.changesSince(from)).to.eql([]);
    });

    it("sends who has a passkey alone to the console, too", async () => {
      const carol = await developer("carol");
      admin.sandbox.registerSecurityKey("carol", "laptop");
      await carol.writeAws("credentials", profileText("auth", await carol.keyFromConsole()));
      const terminal = carol.terminal("enroll");
      await terminal.waitFor("Error: You have a passkey or security key, and no device that shows codes.");
      await terminal.waitFor("Sign in to the console with it, assign an authenticator app named carol");
      expect(await terminal.ended()).to.equal(1);
    });

    it("goes on where the page of before says nothing of it, and explains each refusal", async () => {
      const dave = await developer("dave");
      const first = as(
        await admin.sandbox.signIn({
          userName: "dave",
          password: passwordOfDave,
          newPassword: password,
        }),
      );
      dave.scan((await enableDevice(admin.sandbox, first.iam, "dave")).seed);
      admin.sandbox.clock.advance(90);
      const { stdout } = await admin.succeed("guide", "dave", "--language", "en");
      await writeFile(`${dave.home}/dave.md`, stdout.replace(/^accessKeys: with-mfa\n/m, ""));
      const terminal = dave.terminal("enroll", "--kit", "dave.md");
      await typeKey(terminal, await dave.keyFromConsole());
      await changePassword(terminal, password, "correct-Horse-8-battery");
      await terminal.waitFor("AWS lets no access key change your password: ");
      await terminal.waitFor("Password     to be changed in the console, where you sign in");
      await terminal.waitFor("AWS lets no access key make another: ");
      await terminal.waitFor("itself, in the profile auth");
      await finishEnrollment(terminal, dave);
    });
  });

  describe("mfaMaxAge", () => {
    const assume = ({ sts }: Clients) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "alice" }));
    const memory = async () => {
      const { accessKeyId } = await alice.profile("auth");
      return [".cache", "mfa-admin", "logins", `${accessKeyId}.json`];
    };

    it("has AWS refuse the role to a session whose MFA is older, and not to a new code", async () => {
      const own = await session();
      await assume(own);
      admin.sandbox.clock.advance(mfaMaxAge - 30);
      await assume(own);
      admin.sandbox.clock.advance(30);
      expect(await nameOf(assume(own))).to.equal("AccessDenied");
      // Calls that need MFA of any age still work.
      await own.iam.send(new ListAccessKeysCommand({}));
      await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    });

    it("is how long login --chain lasts, which then says why a new code is needed, and takes it", async () => {
      await alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--chain");
      type Remembered = { own: Credentials & { expires: string }; sessions: { sandbox: { expires: string } } };
      const remembered = JSON.parse(await alice.read(...(await memory()))) as Remembered;
      const lasts = (Date.parse(remembered.own.expires) - admin.sandbox.clock.now().getTime()) / 1000;
      expect(lasts).to.be.within(mfaMaxAge - 60, mfaMaxAge);

      const past = new Date(Date.now() - 1000).toISOString();
      remembered.own.expires = past;
      remembered.sessions.sandbox.expires = past;
      await remember(remembered);
      const asked = ["credential-process", "--account", "sandbox"];
      const { status, stderr } = await alice.run(...asked);
      expect(status).to.equal(1);
      expect(stderr).to.match(
        /^Your last MFA code is older than 7200 s, which is all that your organization allows\.\nError: You are not logged in to sandbox/,
      );
      const terminal = alice.shell('"$@" >out.json', ...asked);
      await terminal.waitFor("Your last MFA code is older than 7200 s");
      await terminal.waitFor("MFA code");
      terminal.enter(alice.nextCode());
      expect(await terminal.ended()).to.equal(0);
    });

    it("is told as the likely reason where a session from before it is refused", async () => {
      await alice.succeed("login", alice.nextCode(), "--account", "sandbox", "--chain");
      const remembered = JSON.parse(await alice.read(...(await memory()))) as Record<string, object>;
      const expires = new Date(Date.now() + 40_000_000).toISOString();
      const before = { ...(remembered["sessions"] as Record<string, object>)["sandbox"], expires: new Date(0) };
      const own = { ...(await sessionKeys()), expires, userName: "alice" };
      await remember({ ...remembered, own, sessions: { sandbox: before } });
      admin.sandbox.clock.advance(mfaMaxAge);
      const { status, stderr } = await alice.run("credential-process", "--account", "sandbox");
      expect(status).to.equal(1);
      expect(stderr).to.match(
        /^Your session of sandbox could not be renewed: .*not authorized to perform: sts:AssumeRole.* Your last MFA code may be too old for your organization\.\nError: You are not logged in to sandbox/,
      );
    });

    async function remember(value: object): Promise<void> {
      const path = `${alice.home}/${(await memory()).join("/")}`;
      await writeFile(path, JSON.stringify(value));
    }
  });

  describe("reset-mfa", () => {
    it("says the way back through the console, since no key assigns a device", async () => {
      const { stdout } = await admin.succeed("reset-mfa", "bob", "--yes");
      expect(stdout.replace(/\s+/g, " "))
        .to.contain(
          "Next, bob signs in to the console (https://222222222222.signin.aws.amazon.com/console), assigns a virtual device named bob exactly, and signs in again with it.",
        )
        .and.not.to.contain("can enrol now");
    });
  });

  describe("without them", () => {
    it("are the article's again by an edit and an up, for who is there too", async () => {
      await admin.editSettings((text) => text.replace(/ {2}mfa-admin:(accessKeys|mfaMaxAge):.*\n/g, ""));
      const early = await admin.run("add-developer", "erin", "--yes");
      expect(early.stderr).to.contain("Another edit of the settings (accessKeys, mfaMaxAge) is pending");
      const { stdout } = await admin.succeed("up", "--yes");
      // The changes are the policy, four users and eight roles.
      expect(stdout).to.contain("13 changed");
      const { iam } = as(await alice.profile("auth"));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
      await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: AccessKey?.AccessKeyId }));
      await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    });
  });
});
