import { expect } from "chai";

import { Failure } from "../../../cli/failure.ts";
import { loginToProfiles } from "../../../cli/login/profiles-login.ts";
import { ensureFreeProfiles, writeProfiles } from "../../../cli/login/profile.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";
import { botocoreReads } from "../aws-files/botocore.ts";

const session = (account: string, expires = "2999-01-01T00:00:00.000Z") => ({
  ...{ accessKeyId: "ASIANEWNEWNEWNEWNEW1", secretAccessKey: "new", sessionToken: "token", expires, account },
  ...{ roleArn: "", chained: false },
});

const shared = (account: string): string =>
  `[profile ${account}]\ncredential_process = mfa-admin credential-process --account ${account}\nregion = eu-west-1\n`;

describe("the profiles that a login may have", () => {
  const files = new OwnAwsFiles();
  const refusalOf = async (profile: string, account = "payments", isLive = false): Promise<string> =>
    String(
      await ensureFreeProfiles(
        [profile],
        () => account,
        () => Promise.resolve(isLive),
      ).catch((error: unknown) => error),
    );

  it("are not those that have something else, which a session would hide", async () => {
    const others: [string, string][] = [
      ["credential_process = aws-vault export dev --format json", "has credential_process, which the AWS CLI would"],
      ["login_session = arn:aws:iam::333333333333:user/dev", "has login_session, which the AWS CLI would"],
      ["aws_access_key_id = AKIAMINE\naws_secret_access_key = x", "has an access key in the configuration file, which"],
      ["sso_session = work", "has sso_session, which the AWS CLI would use instead."],
    ];
    for (const [lines, refusal] of others) {
      await files.write("config", `[profile dev]\n${lines}\n`);
      expect(await refusalOf("dev"), lines).to.contain(`The profile dev ${refusal}`);
    }
    await files.write("config", "[profile dev]\ncredential_process =\nlogin_session =\nregion = eu-west-1\n");
    expect(await refusalOf("dev")).to.equal("undefined");
  });

  it("are not those of another account, nor of one that is not known yet", async () => {
    await files.write("config", shared("sandbox"));
    const says = "The profile sandbox is that of the account sandbox, which a login there would hide.";
    expect(await refusalOf("sandbox", "payments")).to.contain(says);
    expect(String(await ensureFreeProfiles(["sandbox"]).catch((error: unknown) => error))).to.contain(says);
    expect(await refusalOf("sandbox", "sandbox")).to.equal("undefined");
  });

  it("are not those with a session of another tool, as long as the file or AWS says that it is good", async () => {
    const keys = "aws_access_key_id = ASIAOTHER\naws_secret_access_key = b\naws_session_token = c\n";
    const put = (lines: string): Promise<void> => files.write("credentials", `[saml]\n${keys}${lines}`);
    for (const key of ["x_security_token_expires", "aws_expiration", "expiration"]) {
      await put(`${key} = 2999-01-01T00:00:00Z\n`);
      expect(await refusalOf("saml"), key).to.contain(
        "The profile saml holds a session of another tool until 2999-01-01T00:00:00Z, which would be lost.",
      );
      await put(`${key} = 2020-01-01T00:00:00Z\n`);
      expect(await refusalOf("saml"), key).to.equal("undefined");
    }
    for (const lines of ["", "expiration = soon\n", "expiration = 2020-01-01 00:00:00\n"]) {
      await put(lines);
      expect(await refusalOf("saml", "payments", true), lines).to.contain(
        "The profile saml holds a session of another tool that AWS still takes, which would be lost.",
      );
      expect(await refusalOf("saml", "payments", false), lines).to.equal("undefined");
    }
    // The developer's own profile is replaced at each login.
    await put("x_security_token_expires = 2999-01-01T00:00:00Z\nmfa_admin_login = sandbox ASIAOTHER\n");
    expect(await refusalOf("saml", "payments", true)).to.equal("undefined");
  });

  it("are named as the AWS CLI can read it, also where the accounts' names are put behind", async () => {
    const options = { ...{ cacheDirectory: files.directory, sourceProfile: undefined, kit: undefined }, chain: false };
    const asked = { ...options, account: undefined, all: true, duration: undefined, code: "123456" };
    const refusal = await loginToProfiles("", asked).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Failure);
    expect(String(refusal)).to.contain('"" cannot be the name of a profile.');
  });

  it("share what is remembered where they are an account's own: nothing that would hide it is written, or left", async () => {
    await files.write("config", `${shared("payments")}${shared("sandbox")}`);
    const own = (profile: string, account: string, expires: string): string =>
      `[${profile}]\naws_access_key_id = ASIAOLD\naws_secret_access_key = old\naws_session_token = old\nx_security_token_expires = ${expires}\nmfa_admin_login = ${account} ASIAOLD\n`;
    const rest = "[other]\nregion = a\n";
    const [over, live] = ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"];
    for (const [before, after] of [
      [rest, rest],
      [`${own("payments", "payments", over)}${rest}`, rest],
      [`${own("payments", "payments", live)}${rest}`, rest],
      // A profile of an account that was not opened now keeps its session while that is good.
      [`${own("sandbox", "payments", live)}${rest}`, rest],
      [`${own("sandbox", "sandbox", live)}${rest}`, `${own("sandbox", "sandbox", live)}${rest}`],
      [`${own("sandbox", "sandbox", over)}${rest}`, rest],
    ] as const) {
      await files.write("credentials", before);
      await writeProfiles({ payments: session("payments") });
      expect(await files.read("credentials"), before).to.equal(after);
    }
    await files.write("credentials", `${own("payments", "payments", over)}\n${rest}`);
    await writeProfiles({ dev: session("sandbox") });
    expect(await files.read("credentials")).to.match(/^\[other\]\nregion = a\n\n\[dev\]\naws_access_key_id = ASIANEW/);
  });

  it("keep no end of another session beside the new one", async () => {
    const lines = ["expiration = 2024-01-01 00:00:00", "AWS_EXPIRATION: 2020", "x_security_token_expires = 2020"];
    await files.write("credentials", `[dev]\noutput = json\n${lines.join("\n")}\n`);
    await files.write("config", "[default]\nregion = eu-west-1\n");
    await writeProfiles({ dev: session("sandbox") });
    const [reading] = botocoreReads([await files.read("credentials")]);
    expect(reading?.sections?.["dev"]).to.eql({
      output: "json",
      region: "eu-west-1",
      aws_access_key_id: "ASIANEWNEWNEWNEWNEW1",
      aws_secret_access_key: "new",
      aws_session_token: "token",
      x_security_token_expires: "2999-01-01T00:00:00.000Z",
      mfa_admin_login: "sandbox ASIANEWNEWNEWNEWNEW1",
      mfa_admin_region: "eu-west-1",
    });
  });
});
