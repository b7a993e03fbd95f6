import { expect } from "chai";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

import { readAwsFiles } from "../../../cli/aws-files/aws-file.ts";
import { home } from "../../../cli/aws-files/paths.ts";
import { ownAccessKeys } from "../../../cli/login/own-access-key.ts";
import { ensureFreeProfiles } from "../../../cli/login/profile.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";

describe("the home directory of a user whom the password file does not have", () => {
  new OwnAwsFiles();
  const { userInfo } = os;

  before(() => {
    os.userInfo = () => {
      throw new Error("uv_os_get_passwd returned ENOENT");
    };
    syncBuiltinESMExports();
  });
  after(() => {
    os.userInfo = userInfo;
    syncBuiltinESMExports();
  });
  beforeEach(() => {
    for (const name of ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"]) Reflect.deleteProperty(process.env, name);
    process.env["HOME"] = "/";
  });

  it("is the root directory where HOME says so, but not where that only stands in for it", () => {
    expect(home()).to.equal("/");
    process.env["MFA_ADMIN_NO_HOME"] = "1";
    expect(home).to.throw("This user has no home directory");
    process.env["HOME"] = "/elsewhere";
    expect(home()).to.equal("/elsewhere");
  });

  it("is missed where something is to be written; there is nothing to read then", async () => {
    process.env["MFA_ADMIN_NO_HOME"] = "1";
    expect((await readAwsFiles()).credentials.sections).to.eql([]);
    expect(String(await ensureFreeProfiles(["dev"]).catch((error: unknown) => error))).to.contain(
      "This user has no home directory: HOME is not set, and the system knows of none.",
    );
  });
});

describe("a directory in the place of an AWS file", () => {
  const files = new OwnAwsFiles();

  it("is passed over as the AWS CLI does, and named where a key is missing", async () => {
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = files.directory;
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]) Reflect.deleteProperty(process.env, name);
    expect((await readAwsFiles()).credentials.sections).to.eql([]);
    const error: unknown = await ownAccessKeys().catch((thrown: unknown) => thrown);
    expect(error).to.have.property(
      "remedy",
      `${files.directory} is a directory, where a file is due: move it away, then run mfa-admin enroll.`,
    );
    expect(String(await ensureFreeProfiles(["dev"]).catch((thrown: unknown) => thrown))).to.contain("is a directory");
  });
});
