import { CreateRoleCommand, DeleteRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, given, trust, type Clients } from "./testing.ts";

const AUTH = "222222222222";
const DEVELOPMENT = "333333333333";
const RoleArn = `arn:aws:iam::${DEVELOPMENT}:role/dev`;
const Arn = `arn:aws:sts::${DEVELOPMENT}:assumed-role/dev/alice`;
const Destination = "https://console.aws.amazon.com/";

describe("sandbox: the federation endpoint", () => {
  let sandbox: Sandbox;
  let development: IAMClient;
  let key: Credentials;

  beforeEach(async () => {
    sandbox = await startSandbox();
    key = sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
    development = (await administratorOf(sandbox, DEVELOPMENT)).iam;
    const AssumeRolePolicyDocument = trust(`arn:aws:iam::${AUTH}:root`);
    await development.send(new CreateRoleCommand({ RoleName: "dev", AssumeRolePolicyDocument }));
  });
  afterEach(() => sandbox.close());

  const get = (parameters: Record<string, string>) =>
    fetch(`${sandbox.endpoint}/federation?${new URLSearchParams(parameters).toString()}`);

  const tokenFor = (credentials: Partial<Required<Credentials>>, more: Record<string, string> = {}) =>
    get({
      Action: "getSigninToken",
      SessionType: "json",
      Session: JSON.stringify({
        sessionId: credentials.accessKeyId,
        sessionKey: credentials.secretAccessKey,
        sessionToken: credentials.sessionToken,
      }),
      ...more,
    });

  const assume = async ({ sts }: Clients) =>
    given((await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "alice" }))).Credentials);

  const sessionToken = async () =>
    given((await clients(sandbox, key).sts.send(new GetSessionTokenCommand({}))).Credentials);

  async function signedIn(response: Response): Promise<string> {
    expect(response.status).to.equal(200);
    const answer = (await response.json()) as { SigninToken: string };
    expect(Object.keys(answer)).to.deep.equal(["SigninToken"]);
    return answer.SigninToken;
  }

  const login = (SigninToken: string) => get({ Action: "login", Issuer: "mfa-admin", Destination, SigninToken });

  it("gives a token for the session of a role, and an address with it signs in", async () => {
    const response = await login(await signedIn(await tokenFor(await assume(clients(sandbox, key)))));
    expect(await response.json()).to.deep.equal({ Account: DEVELOPMENT, Arn, Destination, Issuer: "mfa-admin" });
    expect(sandbox.requests.slice(-2).map(({ service, action }) => [service, action])).to.deep.equal([
      ["signin", "getSigninToken"],
      ["signin", "login"],
    ]);
    expect(sandbox.requests.at(-1)?.principalArn).to.equal(Arn);
  });

  it("takes its parameters from a form as well", async () => {
    const { accessKeyId: sessionId, secretAccessKey: sessionKey, ...rest } = await assume(clients(sandbox, key));
    const Session = JSON.stringify({ sessionId, sessionKey, ...rest });
    const body = new URLSearchParams({ Action: "getSigninToken", Session });
    await signedIn(await fetch(`${sandbox.endpoint}/federation`, { method: "POST", body }));
  });

  it("refuses everything but the live session of a role", async () => {
    const session = await assume(clients(sandbox, key));
    const ended = await assume(clients(sandbox, key));
    for (const credentials of [
      key,
      await sessionToken(),
      { ...session, secretAccessKey: "wrong" },
      { ...session, sessionToken: ended.sessionToken },
      {},
    ]) {
      const response = await tokenFor(credentials);
      expect(response.status).to.equal(400);
      expect(await response.text()).to.equal("Invalid credentials parameter");
    }
    expect((await get({ Action: "getSigninToken", Session: "{" })).status).to.equal(400);
    await signedIn(await tokenFor(session));

    await development.send(new DeleteRoleCommand({ RoleName: "dev" }));
    expect((await tokenFor(session)).status).to.equal(400);
  });

  it("refuses a session that has expired", async () => {
    const session = await assume(clients(sandbox, key));
    sandbox.clock.advance(3601);
    expect((await tokenFor(session)).status).to.equal(400);
  });

  it("takes a session duration of 15 minutes to 12 hours, but not for a chained session", async () => {
    const direct = await assume(clients(sandbox, key));
    const chained = await assume(clients(sandbox, await sessionToken()));
    const duration = (SessionDuration: string) => ({ SessionDuration });
    for (const seconds of ["900", "43200"]) await signedIn(await tokenFor(direct, duration(seconds)));
    for (const seconds of ["899", "43201"]) {
      expect((await tokenFor(direct, duration(seconds))).status).to.equal(400);
    }
    expect((await tokenFor(chained, duration("900"))).status).to.equal(400);
    await signedIn(await tokenFor(chained));
  });

  it("signs nobody in with a token that is made up, or older than 15 minutes, or without a destination", async () => {
    const SigninToken = await signedIn(await tokenFor(await assume(clients(sandbox, key))));
    expect((await login("made-up")).status).to.equal(400);
    expect((await get({ Action: "login", SigninToken })).status).to.equal(400);
    sandbox.clock.advance(15 * 60 + 1);
    expect((await login(SigninToken)).status).to.equal(400);
  });

  it("can be made to fail and to be silent like any service", async () => {
    sandbox.injectFault({ service: "signin", action: "getSigninToken", code: "", status: 503, times: 1 });
    const session = await assume(clients(sandbox, key));
    expect((await tokenFor(session)).status).to.equal(503);
    await signedIn(await tokenFor(session));
  });
});
