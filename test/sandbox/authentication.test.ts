import { CreateAccessKeyCommand, DeleteUserCommand, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import { ListRootsCommand } from "@aws-sdk/client-organizations";
import { GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, given, refusal } from "./testing.ts";

const AUTH = "222222222222";

describe("sandbox: authentication", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const whoIs = (credentials: Credentials) => clients(sandbox, credentials).sts.send(new GetCallerIdentityCommand({}));

  /** A GetCallerIdentity request signed by the SDK's signer, to be tampered with. */
  async function signed(options: { signingDate?: Date } = {}) {
    const { host, hostname, port } = new URL(sandbox.endpoint);
    const signer = new SignatureV4({
      credentials: sandbox.administrator,
      region: "us-east-1",
      service: "sts",
      sha256: Sha256,
    });
    const request = await signer.sign(
      new HttpRequest({
        method: "POST",
        protocol: "http:",
        hostname,
        port: Number(port),
        path: "/",
        headers: { host, "content-type": "application/x-www-form-urlencoded" },
        body: "Action=GetCallerIdentity&Version=2011-06-15",
      }),
      options,
    );
    return { headers: request.headers, body: String(request.body) };
  }

  async function post(request: { headers: Record<string, string>; body: string }) {
    const response = await fetch(sandbox.endpoint, { method: "POST", ...request });
    const text = await response.text();
    return { status: response.status, code: /<Code>(.*)<\/Code>/.exec(text)?.[1], text };
  }

  it("knows who has signed", async () => {
    const { Arn, Account } = await whoIs(sandbox.administrator);
    expect({ Arn, Account }).to.deep.equal({
      Arn: "arn:aws:iam::111111111111:user/administrator",
      Account: "111111111111",
    });
    expect((await post(await signed())).status).to.equal(200);
  });

  it("refuses a request that is not signed", async () => {
    const { body } = await signed();
    const response = await post({ body, headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect(response).to.include({ status: 403, code: "MissingAuthenticationToken" });
  });

  it("refuses a body other than the one signed", async () => {
    const request = await signed();
    const response = await post({ ...request, body: request.body.replace("GetCallerIdentity", "GetSessionToken") });
    expect(response).to.include({ status: 403, code: "SignatureDoesNotMatch" });
  });

  it("refuses a header other than the one signed", async () => {
    const { headers, body } = await signed();
    const response = await post({ body, headers: { ...headers, "content-type": "text/plain" } });
    expect(response).to.include({ status: 403, code: "SignatureDoesNotMatch" });
  });

  it("refuses a security token that was put in after signing", async () => {
    const { headers, body } = await signed();
    const response = await post({ body, headers: { ...headers, "x-amz-security-token": "token" } });
    expect(response).to.include({ status: 403, code: "InvalidClientTokenId" });
  });

  describe("refuses a signature that is off by more than 5 minutes, and says by how much:", () => {
    const TIME = "\\d{8}T\\d{6}Z";

    it("one of the past", async () => {
      const response = await post(await signed({ signingDate: new Date(Date.now() - 301_000) }));
      expect(response).to.include({ status: 403, code: "SignatureDoesNotMatch" });
      expect(response.text).to.match(
        new RegExp(`Signature expired: ${TIME} is now earlier than ${TIME} \\(${TIME} - 5 min\\.\\)<`),
      );
    });

    it("one of the future", async () => {
      const response = await post(await signed({ signingDate: new Date(Date.now() + 305_000) }));
      expect(response).to.include({ status: 403, code: "SignatureDoesNotMatch" });
      expect(response.text).to.match(
        new RegExp(`Signature not yet current: ${TIME} is still later than ${TIME} \\(${TIME} \\+ 5 min\\.\\)<`),
      );
    });

    it("one by a machine whose clock is behind or ahead, until the SDK has corrected it", async () => {
      for (const seconds of [420, -420]) {
        sandbox.clock.setAhead(seconds);
        const { sts } = clients(sandbox);
        const who = () => sts.send(new GetCallerIdentityCommand({}));
        expect((await refusal(who())).message).to.contain(seconds > 0 ? "Signature expired" : "not yet current");
        await who();
      }
    });

    it("but not one by a machine that has not noticed that time has passed, nor by one that has", async () => {
      const [unaware, aware] = [clients(sandbox).sts, clients(sandbox).sts];
      const who = new GetCallerIdentityCommand({});
      sandbox.clock.advance(3600);
      await aware.send(who);
      await aware.send(who);
      await unaware.send(who);
    });
  });

  it("dates every answer by its own clock", async () => {
    sandbox.clock.setAhead(-600);
    for (const path of ["/", "/federation"]) {
      const { headers } = await fetch(sandbox.endpoint + path);
      const date = Date.parse(headers.get("date") ?? "");
      expect(sandbox.clock.now().getTime() - date).to.be.within(0, 60_000);
    }
  });

  it("refuses a wrong secret, in the words of each protocol", async () => {
    const { sts, organizations, ec2 } = clients(sandbox, { ...sandbox.administrator, secretAccessKey: "wrong" });
    expect((await refusal(sts.send(new GetCallerIdentityCommand({})))).name).to.equal("SignatureDoesNotMatch");
    expect((await refusal(organizations.send(new ListRootsCommand({})))).name).to.equal("InvalidSignatureException");
    expect((await refusal(ec2.send(new DescribeInstancesCommand({})))).name).to.equal("AuthFailure");
  });

  it("refuses a key that does not exist, in the words of each protocol", async () => {
    const { sts, organizations, ec2 } = clients(sandbox, { ...sandbox.administrator, accessKeyId: "AKIANONE" });
    expect((await refusal(sts.send(new GetCallerIdentityCommand({})))).name).to.equal("InvalidClientTokenId");
    expect((await refusal(organizations.send(new ListRootsCommand({})))).name).to.equal("UnrecognizedClientException");
    expect((await refusal(ec2.send(new DescribeInstancesCommand({})))).name).to.equal("AuthFailure");
  });

  it("refuses a key as soon as it is inactive, and accepts it when it is active again", async () => {
    const key = sandbox.userInMemberAccount(AUTH, "alice", []);
    const { iam } = await administratorOf(sandbox, AUTH);
    const update = (Status: "Active" | "Inactive") =>
      iam.send(new UpdateAccessKeyCommand({ UserName: "alice", AccessKeyId: key.accessKeyId, Status }));

    await update("Inactive");
    expect((await refusal(whoIs(key))).name).to.equal("InvalidClientTokenId");
    await update("Active");
    await whoIs(key);
  });

  it("accepts a new access key at once", async () => {
    sandbox.userInMemberAccount(AUTH, "alice", []);
    const { iam } = await administratorOf(sandbox, AUTH);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    expect((await whoIs({ accessKeyId, secretAccessKey })).Arn).to.equal(`arn:aws:iam::${AUTH}:user/alice`);
  });

  it("refuses a session without its token, with another's token, and when it has expired", async () => {
    const { sts } = clients(sandbox);
    const session = async () =>
      given((await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))).Credentials);
    const [one, other] = [await session(), await session()];

    await whoIs(one);
    const { accessKeyId, secretAccessKey } = one;
    expect((await refusal(whoIs({ accessKeyId, secretAccessKey }))).name).to.equal("InvalidClientTokenId");
    expect((await refusal(whoIs({ ...one, sessionToken: other.sessionToken }))).name).to.equal("InvalidClientTokenId");

    sandbox.clock.advance(901);
    expect((await refusal(whoIs(one))).name).to.match(/^ExpiredToken/);
    const { organizations, ec2 } = clients(sandbox, one);
    expect((await refusal(organizations.send(new ListRootsCommand({})))).name).to.equal("ExpiredTokenException");
    expect((await refusal(ec2.send(new DescribeInstancesCommand({})))).name).to.equal("RequestExpired");
  });

  it("ends the sessions of a user with the user, also when one of the same name is made again", async () => {
    const key = sandbox.userInMemberAccount(AUTH, "alice", []);
    const session = given((await clients(sandbox, key).sts.send(new GetSessionTokenCommand({}))).Credentials);
    await whoIs(session);

    sandbox.organization.account(AUTH).users.get("alice")?.accessKeys.splice(0);
    await (await administratorOf(sandbox, AUTH)).iam.send(new DeleteUserCommand({ UserName: "alice" }));
    expect((await refusal(whoIs(session))).name).to.equal("InvalidClientTokenId");
    sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
    expect((await refusal(whoIs(session))).name).to.equal("InvalidClientTokenId");
  });
});
