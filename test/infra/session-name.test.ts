import { expect } from "chai";

import { jobIn, personIn, runnerOf, sessionNameOf } from "../../infra/session-name.ts";

describe("the name of a session of the access role", () => {
  it("carries the person, or the job and who has started it", () => {
    expect(sessionNameOf("alice")).to.equal("mfa-admin-alice");
    expect(sessionNameOf("alice@example.com")).to.equal("mfa-admin-alice@example.com");
    expect(sessionNameOf("octocat,run-123456789")).to.equal("mfa-admin-octocat,run-123456789");
  });

  it("is one that AWS takes, whatever the person is called", () => {
    const names = [
      "dependabot[bot],run-1",
      "山田 太郎",
      "",
      "a/b c",
      "-",
      "x".repeat(80),
      `${"x".repeat(80)},run-123456789`,
    ];
    for (const name of names) expect(sessionNameOf(name), name).to.match(/^mfa-admin[\w+=,.@-]{0,55}$/);
    expect(sessionNameOf("dependabot[bot],run-1")).to.equal("mfa-admin-dependabot-bot-,run-1");
    expect(sessionNameOf("山田")).to.equal("mfa-admin");
    expect(sessionNameOf(`${"x".repeat(80)},run-123456789`)).to.match(/^mfa-admin-x{40},run-123456789$/);
  });

  it("tells whose session it is, and which is the engine's own", () => {
    expect(["mfa-admin-alice", "mfa-admin", "mfa-administrator", "alice"].map(runnerOf)).to.eql([
      ...["alice", "", undefined, undefined],
    ]);
  });

  it("takes the person from the ARN of the credentials", () => {
    const arns = {
      "arn:aws:iam::111111111111:user/people/alice": "alice",
      "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice@example.com":
        "alice@example.com",
      "arn:aws:iam::111111111111:root": "root",
      "arn:aws-us-gov:sts::111111111111:federated-user/bob": "bob",
      "": undefined,
    };
    expect(Object.keys(arns).map(personIn)).to.eql(Object.values(arns));
  });

  it("takes the job from GitHub Actions: who has started this run of it, and its number", () => {
    const job = { GITHUB_ACTIONS: "true", GITHUB_ACTOR: "octocat", GITHUB_RUN_ID: "123" };
    expect(jobIn(job)).to.equal("octocat,run-123");
    expect(jobIn({ ...job, GITHUB_TRIGGERING_ACTOR: "hubot" })).to.equal("hubot,run-123");
    expect(jobIn({ ...job, GITHUB_ACTIONS: undefined })).to.equal(undefined);
    expect(jobIn({})).to.equal(undefined);
  });
});
