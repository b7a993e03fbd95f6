import { expect } from "chai";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Administrator } from "../support/harness.ts";

describe("who runs it leaves no trace in the state", () => {
  let admin: Administrator;
  let env: Record<string, string | undefined>;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    const directory = join(admin.directory, "somebody's own");
    await mkdir(directory);
    const { accessKeyId, secretAccessKey } = admin.sandbox.administrator;
    const credentials = join(directory, "credentials");
    await writeFile(
      credentials,
      `[somebody]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    env = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: "somebody",
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    };
    const { status, stderr } = await admin.runWith({ env }, "up", "--yes");
    expect(status, stderr).to.equal(0);
  });
  after(() => admin.close());

  const stateFile = (): string => join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json");
  const state = (): Promise<string> => readFile(stateFile(), "utf8");

  /** Changes the state into that of an earlier version: it names another person's profile, whose run died while it made a user. */
  async function noteSomebody({ died = true } = {}): Promise<void> {
    const content = JSON.parse(await state()) as {
      checkpoint: {
        latest: {
          resources: { type: string; urn: string; inputs: object; outputs: object }[];
          pending_operations?: object[];
        };
      };
    };
    const { latest } = content.checkpoint;
    const user = latest.resources.find(({ type }) => type === "aws-native:iam:User");
    if (user !== undefined) {
      const inputs = { ...user.inputs, userName: "somebody" };
      const resource = { ...user, id: undefined, urn: user.urn.replace(/[^:]+$/, "somebody"), inputs, outputs: {} };
      latest.pending_operations = died ? [{ type: "creating", resource }] : [];
    }
    for (const resource of latest.resources) {
      if (resource.type !== "pulumi:providers:aws-native") continue;
      const trace = { profile: "somebody-else", sharedCredentialsFile: "/nowhere/credentials" };
      Object.assign(resource, { inputs: { ...resource.inputs, ...trace }, outputs: { ...resource.outputs, ...trace } });
    }
    await writeFile(stateFile(), JSON.stringify(content));
  }

  it("neither a profile's name nor the path of a credentials file", async () => {
    expect(await state()).not.to.match(/somebody|sharedCredentialsFile|"profile"/);
  });

  it("every provider names its account", async () => {
    const { checkpoint } = JSON.parse(await state()) as {
      checkpoint: { latest: { resources: { type: string; urn: string; inputs: { allowedAccountIds?: string } }[] } };
    };
    const providers = checkpoint.latest.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
    const accounts = providers.map(({ urn, inputs }) => [urn.split("::").at(-1), inputs.allowedAccountIds] as const);
    expect(Object.fromEntries(accounts)).to.eql({
      management: '["111111111111"]',
      auth: '["222222222222"]',
      sandbox: '["333333333333"]',
      payments: '["444444444444"]',
    });
  });

  it("another organization's policy is not taken for a policy that is gone", async () => {
    const before = await state();
    await writeFile(stateFile(), before.replaceAll('[\\"111111111111\\"]', '[\\"999999999999\\"]'));
    for (const command of [
      ["refresh", "--preview-only"],
      ["refresh", "--yes"],
    ]) {
      const { status, stderr } = await admin.run(...command);
      expect(status, command.join(" ")).to.equal(1);
      expect(stderr).to.contain(
        "management: refresh service control policy mfa-admin-require-mfa: these credentials belong to account 111111111111, and the stack's state names another account for it",
      );
      expect(await state()).to.contain('"aws-native:organizations:Policy"');
    }
    await writeFile(stateFile(), before);
  });

  it("a drift preview goes by the credentials of whoever runs it, whatever an earlier version has noted", async () => {
    await noteSomebody();
    const { stdout } = await admin.succeed("refresh", "--preview-only");
    expect(stdout).to.contain("Nothing has drifted");
  });

  it("a preview has nothing to say of it", async () => {
    await noteSomebody({ died: false });
    const before = await state();
    await writeFile(stateFile(), before.replace(String.raw`"allowedAccountIds":"[\"111111111111\"]",`, ""));
    expect(await state()).not.to.equal(before);
    expect((await admin.succeed("preview", "--exit-code")).stdout).to.match(/^Nothing to do/);
  });

  it("an account that leaves the settings is left by whoever is there now, and so is a developer", async () => {
    await noteSomebody();
    await admin.succeed("add-developer", "bob", "--yes");
    await noteSomebody();
    await admin.succeed("remove-developer", "bob", "--yes");
    expect(await state()).not.to.contain("somebody");
    await noteSomebody();
    await admin.editSettings((text) => text.replace(/ {4}payments: "\d+"\n/, ""));
    expect((await admin.run("preview", "--exit-code")).status).to.equal(2);
    await admin.succeed("up", "--yes");
    expect(await state()).not.to.contain("somebody");
    expect(admin.sandbox.organization.account("444444444444").roles.get("developer-alice")).to.equal(undefined);
  });

  it("refresh, up and destroy do so, too, and the state is healed", async () => {
    for (const command of ["refresh", "up", "destroy"]) {
      await noteSomebody();
      await admin.succeed(command, "--yes");
      expect(await state(), command).not.to.contain("somebody");
    }
    const { users } = admin.sandbox.organization.account(admin.sandbox.authAccount);
    expect(users.names).to.eql([]);
  });
});
