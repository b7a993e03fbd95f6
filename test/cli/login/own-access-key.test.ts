import { expect } from "chai";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Failure } from "../../../cli/failure.ts";
import { findAccessKeys, ownAccessKeys } from "../../../cli/login/own-access-key.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";

const key = (id: string): string => `aws_access_key_id = ${id}\naws_secret_access_key = secret\n`;

describe("a developer's own access key", () => {
  const files = new OwnAwsFiles();

  beforeEach(() => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"])
      Reflect.deleteProperty(process.env, name);
  });

  async function refusal(sourceProfile?: string): Promise<{ message: string; remedy: string | undefined }> {
    const error: unknown = await ownAccessKeys(sourceProfile).catch((thrown: unknown) => thrown);
    if (!(error instanceof Failure)) throw new Error("it was found", { cause: error });
    return { message: error.message, remedy: error.remedy };
  }
  const none = "No access key of yours was found: not in the environment, and in no profile auth or default.";

  it("that is in another profile than the usual ones is told by the profiles that hold one", async () => {
    await files.write("credentials", `[my work]\n${key("AKIAWORK")}[sandbox]\n${key("ASIASESSION")}`);
    expect(await refusal()).to.eql({
      message: none,
      remedy: 'The profile my work holds one. If it is yours, add --source-profile "my work".',
    });
    await files.write("config", `[profile other]\n${key("AKIAOTHER")}`);
    expect((await refusal()).remedy).to.equal(
      "These profiles hold one: my work, other. Name yours with --source-profile.",
    );
    expect((await ownAccessKeys("other"))[0].accessKeyId).to.equal("AKIAOTHER");
  });

  it("that is nowhere is told with what to do", async () => {
    expect(await refusal()).to.eql({
      message: none,
      remedy: "Run mfa-admin enroll, or name the profile that has it with --source-profile.",
    });
    expect((await refusal("")).message).to.equal('There is no profile "".');
  });

  it("that a credential_process fails to give is told without its command line, which may hold a password", async () => {
    const reasonFor = async (command: string): Promise<string> => {
      await files.write("config", `[profile auth]\ncredential_process = ${command}\n`);
      return (await refusal()).message.replace("The credential_process of the profile auth gave no access key: ", "");
    };
    expect(await reasonFor("no-such-vault --password hunter2")).to.equal("there is no program no-such-vault.");
    expect(await reasonFor(`sh -c "exit 3" --password hunter2`)).to.equal("it ended with status 3, without a word.");
    expect(await reasonFor(`sh -c 'kill -9 $$' --password hunter2`)).to.equal("it was ended by SIGKILL.");
  });

  it("that a credential_process gives only as a session is told as that, unless there is another", async () => {
    const program = join(files.directory, "vault");
    await writeFile(
      program,
      `#!/bin/sh\necho '{"Version": 1, "AccessKeyId": "ASIAX", "SecretAccessKey": "x", "SessionToken": "x"}'\n`,
    );
    await chmod(program, 0o755);
    const says = {
      message: "The credential_process of the profile auth gives a session; mfa-admin needs the access key itself.",
      remedy: "Let it give the key (aws-vault does with --no-session), or name another profile with --source-profile.",
    };
    await files.write("config", `[profile auth]\ncredential_process = ${program}\n`);
    expect(await refusal()).to.eql(says);
    expect(await refusal("auth")).to.eql(says);
    expect(await findAccessKeys()).to.eql([]);
    await files.write("credentials", `[default]\n${key("AKIADEFAULT")}`);
    expect((await ownAccessKeys())[0].accessKeyId).to.equal("AKIADEFAULT");
  });
});
