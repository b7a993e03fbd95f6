import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { AttachPolicyCommand, CreatePolicyCommand, DetachPolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { ADMINISTRATOR_ACCESS, clients, enableDevice, nextCode, trust } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

describe("the administrator's credentials", () => {
  let admin: Administrator;
  let home: string;
  let seed: string;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    home = join(admin.directory, "home");
    await mkdir(join(home, ".aws"), { recursive: true });
    const { iam } = clients(admin.sandbox, admin.sandbox.administrator);
    const device = await enableDevice(admin.sandbox, iam, "administrator");
    seed = device.seed;
    const me = `arn:aws:iam::${admin.sandbox.managementAccount}:user/administrator`;
    const document = trust(me, { Bool: { "aws:MultiFactorAuthPresent": "true" } });
    await iam.send(new CreateRoleCommand({ RoleName: "admin", AssumeRolePolicyDocument: document }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: "admin", PolicyArn: ADMINISTRATOR_ACCESS }));
    const { accessKeyId, secretAccessKey } = admin.sandbox.administrator;
    const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    await writeFile(join(home, ".aws", "credentials"), `[base]\n${keys}[half]\naws_access_key_id = ${accessKeyId}\n`);
    const role = `role_arn = arn:aws:iam::${admin.sandbox.managementAccount}:role/admin`;
    await writeFile(
      join(home, ".aws", "config"),
      [
        `[profile admin]\n${role}\nsource_profile = base\nmfa_serial = ${device.serialNumber}`,
        `[profile without-code]\n${role}\nsource_profile = base`,
        `[profile round]\n${role}\nsource_profile = about\n[profile about]\n${role}\nsource_profile = round`,
        `[profile lost]\n${role}\nsource_profile = nobody`,
        "[sso-session company]\nsso_start_url = https://company.awsapps.com/start\nsso_region = us-east-1",
        "[profile portal]\nsso_session = company\nsso_account_id = 111111111111\nsso_role_name = Admin",
        `[profile through-portal]\n${role}\nsource_profile = portal`,
        "[sso-session abroad]\nsso_start_url = https://company.awsapps.com/start\nsso_region = eu-central-1",
        "[profile abroad]\nsso_session = abroad\nsso_account_id = 111111111111\nsso_role_name = Admin",
        "[profile browser]\nlogin_session = arn:aws:iam::111111111111:user/administrator",
        "[profile broker]\ncredential_process = sh -c 'echo \"the vault is sealed\" >&2; exit 1' --key my-secret",
        "[profile silent]\ncredential_process = false",
        "",
      ].join("\n"),
    );
  });
  after(() => admin.close());

  const withProfile = (name: string | undefined, more: Record<string, string | undefined> = {}) => ({
    env: {
      HOME: home,
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? "", ".cache"),
      AWS_PROFILE: name,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_CONFIG_FILE: undefined,
      AWS_SHARED_CREDENTIALS_FILE: undefined,
      ...more,
    },
  });

  const cases: [profile: string, says: RegExp][] = [
    [
      "admn",
      /^Error: There is no AWS profile "admn", which AWS_PROFILE names\.\nDid you mean admin\? The profiles here are: about, abroad, admin, base, broker, browser, half, lost, portal, round, silent, through-portal, without-code\.\n$/,
    ],
    ["lost", /^Error: There is no AWS profile "nobody", from which the profile "lost" takes its credentials/],
    [
      "round",
      /^Error: The AWS profile "round" gives no credentials: source_profile leads in a circle, round > about > round\.\n/,
    ],
    ["half", /^Error: The AWS profile "half" has aws_access_key_id, which alone are no credentials\.\n/],
    [
      "admin",
      /^Error: The AWS profile "admin" wants an MFA code, and there is no terminal to ask on\.\nRun this first, .*aws configure export-credentials --profile admin --format env/,
    ],
    [
      "without-code",
      /^Error: AWS refuses the role of the AWS profile "without-code": User: .* is not authorized to perform: sts:AssumeRole/,
    ],
    [
      "portal",
      /^Error: The sign-in of the AWS profile "portal" at IAM Identity Center has expired.*\nRun: aws sso login --profile portal\n$/,
    ],
    ["through-portal", /\nRun: aws sso login --profile portal\n$/],
    ["browser", /^Error: The sign-in of the AWS profile "browser" has expired.*\nRun: aws login --profile browser\n$/],
    ["broker", /^Error: The credential_process of the AWS profile "broker" failed: the vault is sealed\n/],
    [
      "silent",
      /^Error: The credential_process of the AWS profile "silent" failed: it ended with an error, and said nothing\.\n/,
    ],
  ];

  const everyKind = ["admn", "broker"];
  const commandsOf = (profile: string): string[][] => [
    ["list"],
    ...(everyKind.includes(profile)
      ? [
          ["up", "--yes"],
          ["preview", "--base-file", admin.settingsFile],
        ]
      : []),
  ];

  for (const [profile, says] of cases) {
    it(`are told as what they are: the profile ${profile}`, async () => {
      const from = admin.changesSince(0).length;
      for (const command of commandsOf(profile)) {
        const { status, stdout, stderr } = await admin.runWith(withProfile(profile), ...command);
        expect({ status, stdout }, command.join(" ")).to.eql({ status: 1, stdout: "" });
        expect(stderr, command.join(" ")).to.match(says, stderr).and.not.to.contain("my-secret");
      }
      expect(admin.changesSince(0).length).to.equal(from);
    });
  }

  it("are told as what they are: half of a pair in the environment", async () => {
    const { stderr } = await admin.runWith(
      withProfile(undefined, { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" }),
      "list",
    );
    expect(stderr).to.equal(
      "Error: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not.\nSet both, or unset AWS_ACCESS_KEY_ID.\n",
    );
  });

  it("are missing only where nothing names any, and there preview compares the roster alone", async () => {
    const env = withProfile("", { HOME: admin.directory, AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expect((await admin.runWith(env, "list")).stderr).to.match(/^Error: No AWS credentials were found\.\n/);
    const { status, stdout } = await admin.runWith(env, "preview", "--base-file", admin.settingsFile);
    expect({ status, roster: /^This is the roster alone\. There are no AWS credentials/.test(stdout) }).to.eql({
      status: 0,
      roster: true,
    });
  });

  it("of a file that is there and cannot be read are refused at once: the engine would fail at it", async () => {
    const { stderr } = await admin.runWith(withProfile("base", { AWS_CONFIG_FILE: home }), "list");
    expect(stderr).to.equal(
      `Error: The AWS file ${home} cannot be read: EISDIR: illegal operation on a directory, read.\nCorrect AWS_CONFIG_FILE, or unset it.\n`,
    );
  });

  it("are the same for the engine, whatever else names some", async () => {
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = admin.sandbox.administrator;
    const wrong = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "wrong" };
    for (const env of [
      withProfile(undefined, { AWS_DEFAULT_PROFILE: "base" }),
      withProfile(undefined, { AWS_DEFAULT_PROFILE: "nobody", AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }),
      withProfile("base", { AWS_DEFAULT_PROFILE: "nobody", ...wrong }),
    ]) {
      const { status, stderr } = await admin.runWith(env, "preview");
      expect({ status, stderr }).to.eql({ status: 0, stderr: "Next: mfa-admin up applies it.\n" });
    }
    const missing = await admin.runWith(withProfile(undefined, { AWS_DEFAULT_PROFILE: "bas" }), "list");
    expect(missing.stderr).to.match(
      /^Error: There is no AWS profile "bas", which AWS_DEFAULT_PROFILE names\.\nDid you mean base\?/,
    );
  });

  it("are asked of a program once by a command", async () => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = admin.sandbox.administrator;
    const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
    await writeFile(join(home, "vault"), `#!/bin/sh\necho asked >> ${home}/asked\necho '${keys}'\n`, { mode: 0o700 });
    const config = join(home, "vault-config");
    await writeFile(config, `[profile vault]\ncredential_process = ${home}/vault\n`);
    const { status, stderr } = await admin.runWith(withProfile("vault", { AWS_CONFIG_FILE: config }), "list");
    expect(status, stderr).to.equal(0);
    expect(await readFile(join(home, "asked"), "utf8")).to.equal("asked\n");
  });

  it("are asked of IAM Identity Center in the region where it is", async () => {
    const cache = join(home, ".aws", "sso", "cache");
    await mkdir(cache, { recursive: true });
    const name = createHash("sha1").update("abroad").digest("hex");
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await writeFile(join(cache, `${name}.json`), JSON.stringify({ accessToken: "a token", expiresAt }));
    const asked: string[] = [];
    const proxy = createServer().on("connect", ({ url = "" }, socket) => {
      asked.push(url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      await admin.runWith(withProfile("abroad", { AWS_ENDPOINT_URL: undefined, HTTPS_PROXY }), "list");
      expect(new Set(asked)).to.eql(new Set(["portal.sso.eu-central-1.amazonaws.com:443"]));
    } finally {
      proxy.close();
    }
  });

  it("of a web identity come before the default profile, for the engine and for the CLI", async () => {
    const { accessKeyId, secretAccessKey } = admin.sandbox.administrator;
    const file = join(home, "with-default");
    await writeFile(
      file,
      `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const env = withProfile(undefined, {
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, "nowhere"),
      AWS_ROLE_ARN: "arn:aws:iam::111111111111:role/admin",
    });
    for (const command of [["list"], ["preview"]]) {
      const { stderr } = await admin.runWith(env, ...command);
      expect(stderr, command.join(" "))
        .to.contain("nowhere")
        .and.match(/^Error: /);
    }
  });

  it("of a member account are told by every command about a person, and by list", async () => {
    const { sandbox } = admin;
    const key = sandbox.userInMemberAccount(sandbox.authAccount, "operator", [ADMINISTRATOR_ACCESS]);
    const env = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
    for (const command of [
      ["list"],
      ["reset-mfa", "alice", "--yes"],
      ["reset-password", "alice", "--password-file", "p"],
      ["revoke-keys", "alice", "--yes"],
      ["remove-developer", "alice", "--yes"],
    ]) {
      expect((await admin.runWith({ env }, ...command)).stderr, command.join(" ")).to.match(
        /^Error: These credentials belong to account 222222222222 \(auth\), but the organization is managed from account 111111111111\.\n/,
      );
    }
  });

  it("are not blamed for a clock that is wrong, and it is told how far off it is, behind or ahead", async () => {
    for (const [seconds, how] of [
      [1200, "20 minutes behind"],
      [-10_800, "3 hours ahead of"],
    ] as const) {
      admin.sandbox.clock.setAhead(seconds);
      try {
        const { status, stderr } = await admin.run("up", "--yes");
        expect({ status, stderr }).to.eql({
          status: 1,
          stderr: `Error: This machine's clock is ${how} AWS's, which refuses what is signed by it.\nSet the clock (timedatectl set-ntp true, or the system's settings), and run the command again.\n`,
        });
      } finally {
        admin.sandbox.clock.setAhead(0);
      }
    }
  });

  it("of a profile that wants a code are asked for once, by the device, and are the engine's, too", async () => {
    const terminal = admin.terminalWith(withProfile("admin"), "up", "--yes");
    await terminal.waitFor(`Code of arn:aws:iam::${admin.sandbox.managementAccount}:mfa/administrator`);
    terminal.enter("000000");
    await terminal.waitFor("AWS does not take this code");
    await terminal.waitFor("Code of ");
    terminal.enter(nextCode(admin.sandbox, seed));
    await terminal.waitFor("Done in");
    expect(await terminal.ended()).to.equal(0);
    const state = JSON.stringify(await admin.resourcesInState());
    expect(state).not.to.match(/ASIA|sessionToken|"token"|"profile"|mfa\/administrator/);
  });

  it("of a development account below a policy that refuses all without MFA are told as that account's, with AWS's words", async () => {
    const { sandbox } = admin;
    const management = clients(sandbox, sandbox.administrator);
    const document = { Version: "2012-10-17", Statement: { Effect: "Deny", Action: "*", Resource: "*" } };
    const { Policy } = await management.organizations.send(
      new CreatePolicyCommand({
        Name: "without-mfa",
        Description: "",
        Type: "SERVICE_CONTROL_POLICY",
        Content: JSON.stringify(document),
      }),
    );
    const attachment = { PolicyId: Policy?.PolicySummary?.Id ?? "", TargetId: "ou-abcd-11111111" };
    await management.organizations.send(new AttachPolicyCommand(attachment));
    const key = sandbox.userInMemberAccount("333333333333", "operator", [ADMINISTRATOR_ACCESS]);
    const env = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
    try {
      for (const command of [
        ["list"],
        ["reset-mfa", "alice", "--yes"],
        ["reset-password", "alice", "--password-file", "p"],
        ["revoke-keys", "alice", "--yes"],
        ["remove-developer", "alice", "--yes"],
        ["up", "--yes"],
        ["preview"],
        ["refresh", "--yes"],
        ["destroy", "--yes"],
      ]) {
        expect((await admin.runWith({ env }, ...command)).stderr, command.join(" ")).to.match(
          /^Error: These credentials belong to account 333333333333 \(sandbox\), and AWS does not let them look at the organization: .*explicit deny.*\nUse credentials of the organization's management account/,
        );
      }
    } finally {
      await management.organizations.send(new DetachPolicyCommand(attachment));
    }
  });
});
