import { expect } from "chai";

import { dailyFlags, kitForNames } from "../../../cli/enrollment/first-login.ts";
import { ensureRoomForKey, requireKeyProfile } from "../../../cli/enrollment/replace-key.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";

describe("the profile that an enrolment puts the access key into", () => {
  const files = new OwnAwsFiles();
  const refusal = async (profile: string): Promise<string> =>
    String(await ensureRoomForKey(profile).catch((error: unknown) => error));

  it("is not the one of the login, nor one that cannot be a profile", () => {
    expect(() => {
      requireKeyProfile("dev");
    }).to.throw("The profile dev is where mfa-admin login writes its sessions; your access key needs another.");
    expect(() => {
      requireKeyProfile("");
    }).to.throw('"" cannot be the name of a profile.');
    requireKeyProfile("work");
  });

  it("is none that has something else, which the key would hide or which would hide the key", async () => {
    for (const line of ["credential_process = aws-vault export auth", "role_arn = x", "login_session = x"]) {
      await files.write("config", `[profile auth]\n${line}\n`);
      expect(await refusal("auth"), line).to.match(/The profile auth has \w+, which the AWS CLI would use .*, if your/);
    }
    await files.write("config", "[profile auth]\nregion = eu-west-1\n");
    expect(await refusal("auth")).to.equal("undefined");
  });
});

describe("what is told to be typed every day", () => {
  const usual = { profile: "dev", sourceProfile: "auth", kit: undefined };

  it("is no flag where login finds all by itself", () => {
    expect(dailyFlags(usual)).to.equal("");
    expect(dailyFlags({ ...usual, sourceProfile: "default" })).to.equal("");
  });

  it("names the page where that alone has the names of the accounts", () => {
    const own = {
      ...{ userName: "ann", authAccount: "222222222222", roleName: "developer", sessionDuration: 3600 },
      accounts: {},
      everyAccount: true as const,
    };
    const onPage = { ...own, accounts: { sandbox: "333333333333" } };
    expect(kitForNames("ann.md", own, onPage)).to.equal("ann.md");
    expect(kitForNames("ann.md", undefined, onPage)).to.equal("ann.md");
    expect(kitForNames("ann.md", onPage, onPage)).to.equal(undefined);
  });

  it("names what login cannot find, so that it can be copied", () => {
    expect(dailyFlags({ profile: "my login", sourceProfile: "work", kit: "/home/me/alice.md" })).to.equal(
      ' --source-profile work --profile "my login" --kit /home/me/alice.md',
    );
  });
});
