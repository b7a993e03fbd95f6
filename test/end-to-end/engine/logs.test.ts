import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { installedPulumiRoot, pulumiHome } from "../../../toolchain/cache.js";
import { Administrator } from "../../support/harness.ts";

describe("the engine's logs in Pulumi's own directory", () => {
  let admin: Administrator;
  after(() => admin.close());

  it("have no passphrase, no one-time password and no key of the administrator", async () => {
    admin = await Administrator.withProject({ passphrase: true });
    const home = join(admin.directory, "home");
    await mkdir(home);
    await symlink(join(pulumiHome(), "plugins"), join(home, "plugins"));
    const env = { PULUMI_HOME: home };
    const { status } = await admin.runWith({ env }, "add-developer", "alice", "--yes", "--password-file", "password");
    expect(status).to.equal(0);

    const [, password = ""] = (await readFile(join(admin.directory, "password"), "utf8")).trim().split(":");
    const environment = admin.environment({ ...env, PULUMI_BACKEND_URL: `file://${admin.stateDirectory}` });
    const { accessKeyId, secretAccessKey } = admin.sandbox.administrator;
    const { PULUMI_CONFIG_PASSPHRASE: passphrase = "" } = environment;
    let log = "";
    for (const name of await readdir(join(home, "logs"))) {
      const decrypt = ["logs", "decrypt", "--stack", "organization/mfa-admin/main", join(home, "logs", name)];
      const pulumi = join(installedPulumiRoot() ?? "", "bin", "pulumi");
      const options = { cwd: admin.directory, env: environment, maxBuffer: 1e9 };
      log += (await promisify(execFile)(pulumi, decrypt, options)).stdout;
    }
    expect(log).to.contain("aws-native:iam:User");
    for (const secret of [passphrase, password, accessKeyId, secretAccessKey]) {
      expect(secret).to.have.length.above(15);
      expect(log.includes(secret), secret).to.equal(false);
    }
  });
});
