import { CreateRoleCommand, DeleteRoleCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, given, refusal, trust, type Clients } from "./testing.ts";

const AUTH = "222222222222";
const DEVELOPMENT = "333333333333";
const RoleArn = `arn:aws:iam::${DEVELOPMENT}:role/dev`;

describe("sandbox: sessions", () => {
  let sandbox: Sandbox;
  let alice: Clients;
  let development: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox();
    alice = clients(sandbox, sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]));
    development = await administratorOf(sandbox, DEVELOPMENT);
    await development.iam.send(
      new CreateRoleCommand({
        RoleName: "dev",
        AssumeRolePolicyDocument: trust(`arn:aws:iam::${AUTH}:root`),
        MaxSessionDuration: 7200,
      }),
    );
  });
  afterEach(() => sandbox.close());

  const assume = (
    as: Clients,
    more: { DurationSeconds?: number; RoleSessionName?: string; SourceIdentity?: string } = {},
  ) => as.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "alice", ...more }));

  it("shows the session's name in its ARN and its expiry in the answer", async () => {
    const answer = await assume(alice, { DurationSeconds: 7200 });
    const seconds = ((answer.Credentials?.Expiration?.getTime() ?? 0) - sandbox.clock.now().getTime()) / 1000;
    expect(seconds).to.be.within(7000, 7200);
    const { Arn, UserId } = await clients(sandbox, given(answer.Credentials)).sts.send(
      new GetCallerIdentityCommand({}),
    );
    expect(Arn).to.equal(`arn:aws:sts::${DEVELOPMENT}:assumed-role/dev/alice`);
    expect(UserId).to.match(/^AROA\w{17}:alice$/);
  });

  it("takes a source identity where the role's trust policy lets it be set", async () => {
    const error = await refusal(assume(alice, { SourceIdentity: "bob" }));
    expect(error.message).to.contain("is not authorized to perform: sts:SetSourceIdentity ");
    const Action = ["sts:AssumeRole", "sts:SetSourceIdentity"];
    const Statement = [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${AUTH}:root` }, Action }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await development.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "dev", PolicyDocument }));
    expect((await assume(alice, { SourceIdentity: "bob" })).SourceIdentity).to.equal("bob");
  });

  it("refuses a duration over the role's maximum", async () => {
    const error = await refusal(assume(alice, { DurationSeconds: 7201 }));
    expect(error.name).to.equal("ValidationError");
    expect(error.message).to.equal("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  });

  it("refuses durations under 15 minutes and over 12 hours", async () => {
    for (const DurationSeconds of [899, 43201]) {
      expect((await refusal(assume(alice, { DurationSeconds }))).name).to.equal("ValidationError");
    }
  });

  it("refuses session names that are too short or have other characters", async () => {
    for (const RoleSessionName of ["a", "a b", "a".repeat(65)]) {
      expect((await refusal(assume(alice, { RoleSessionName }))).name).to.equal("ValidationError");
    }
  });

  it("limits a chained session to an hour, be it chained to a role or to GetSessionToken", async () => {
    const token = clients(sandbox, given((await alice.sts.send(new GetSessionTokenCommand({}))).Credentials));
    const role = await administratorOf(sandbox, AUTH);
    for (const chained of [token, role]) {
      const error = await refusal(assume(chained, { DurationSeconds: 3601 }));
      expect(error.message).to.contain("1 hour session limit for roles assumed by role chaining");
      await assume(chained, { DurationSeconds: 3600 });
    }
  });

  it("gives no session token for session credentials", async () => {
    const role = clients(sandbox, given((await assume(alice)).Credentials));
    const error = await refusal(role.sts.send(new GetSessionTokenCommand({})));
    expect(error.message).to.equal("Cannot call GetSessionToken with session credentials");
  });

  it("ends the sessions of a role with the role", async () => {
    const session = clients(sandbox, given((await assume(alice)).Credentials));
    await session.sts.send(new GetCallerIdentityCommand({}));
    await development.iam.send(new DeleteRoleCommand({ RoleName: "dev" }));
    expect((await refusal(session.sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
  });
});
