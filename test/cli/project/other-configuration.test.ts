import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { forgetEngineOptions } from "../../../cli/engine/engine-options.ts";
import { Failure } from "../../../cli/failure.ts";
import { SettingsFile } from "../../../cli/project/settings-file.ts";

describe("settings that only the engine would see", () => {
  let directory: string;
  let settingsFile: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-settings-"));
    settingsFile = join(directory, "Pulumi.main.yaml");
    await writeFile(
      settingsFile,
      'config:\n  mfa-admin:organizationalUnits: [ou-abcd-11111111]\n  mfa-admin:authAccount: "222222222222"\n' +
        '  mfa-admin:developmentAccounts: { sandbox: "333333333333" }\n  mfa-admin:developers: { alice: {} }\n',
    );
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** The message with which a project file with these lines is refused. */
  async function refusal(lines: string): Promise<string> {
    await writeFile(join(directory, "Pulumi.yaml"), `name: mfa-admin\nruntime: nodejs\n${lines}`);
    try {
      await SettingsFile.read(settingsFile);
      return "";
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return error.message;
    }
  }

  const forEveryStack = "the engine would take this for every stack; write it in Pulumi.main.yaml";
  const elsewhere = "the engine would look for Pulumi.main.yaml there; take it out";
  for (const [what, lines, message] of [
    ["a setting", "config:\n  mfa-admin:accessRole: Other\n", `4: config.mfa-admin:accessRole: ${forEveryStack}`],
    ["one without its namespace", "config:\n  accessRole: Other\n", `4: config.accessRole: ${forEveryStack}`],
    [
      "one with a default",
      "config: { aws:region: us-east-1, rolePrefix: { default: x } }\n",
      `3: config.rolePrefix: ${forEveryStack}`,
    ],
    ["one by an alias", "x: &it { tags: {} }\nconfig: *it\n", `3: config.tags: ${forEveryStack}`],
    ["merged values", "config:\n  <<: { tags: {} }\n", "4: config.<<: write out what is merged here"],
    ["another place for the stack's file", "stackConfigDir: stacks\n", `3: stackConfigDir: ${elsewhere}`],
    ["the same as it was written before", "config: stacks\n", `3: config: ${elsewhere}`],
  ] as const) {
    it(`are refused at their line of Pulumi.yaml: ${what}`, async () => {
      expect(await refusal(lines)).to.equal(`Pulumi.yaml:${message}`);
    });
  }

  it("leave other tools' configuration alone", async () => {
    expect(await refusal("config:\n  aws:region: us-east-1\n")).to.equal("");
  });

  it("are refused in a Pulumi.json, which the engine would go by alone", async () => {
    await writeFile(join(directory, "Pulumi.json"), "{}");
    expect(await refusal("")).to.contain("stands beside Pulumi.yaml, and the engine would go by it alone");
    await rm(join(directory, "Pulumi.json"));
  });

  it("are not taken from the environment", () => {
    const environment = { PULUMI_OPTION_CONFIG_FILE: "other.yaml", PULUMI_CONFIG: "{}", PULUMI_CONFIG_PASSPHRASE: "x" };
    forgetEngineOptions(environment);
    expect(environment).to.eql({ PULUMI_CONFIG_PASSPHRASE: "x" });
  });
});
