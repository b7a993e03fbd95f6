import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import {
  CreateUserCommand,
  GetUserCommand,
  ListServerCertificatesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { ListHandshakesForAccountCommand } from "@aws-sdk/client-organizations";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { startSandbox, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, given, refusal } from "./testing.ts";

describe("sandbox: server", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  it("says which service and action it does not have, in the protocol of the service", async () => {
    const { iam, organizations, ec2 } = clients(sandbox);
    for (const [request, what] of [
      [iam.send(new ListServerCertificatesCommand({})), "iam ListServerCertificates"],
      [organizations.send(new ListHandshakesForAccountCommand({})), "organizations ListHandshakesForAccount"],
      [ec2.send(new DescribeVpcsCommand({})), "ec2 DescribeVpcs"],
    ] as const) {
      const error = await refusal(request);
      expect(error.name).to.equal("NotImplemented");
      expect(error.message).to.equal(`The sandbox does not implement ${what}.`);
    }
  });

  it("listens on 127.0.0.1 and nowhere else", async () => {
    const { hostname, port } = new URL(sandbox.endpoint);
    expect(hostname).to.equal("127.0.0.1");
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    for (const { address } of others) {
      const reached = await new Promise((resolve) => {
        const socket = connect({ host: address, port: Number(port) });
        socket.once("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.once("error", () => {
          resolve(false);
        });
      });
      expect(reached, address).to.equal(false);
    }
  });

  it("records every request: who, what, with or without MFA, how it ended", async () => {
    const alice = sandbox.userInMemberAccount("222222222222", "alice", []);
    const { iam, sts } = clients(sandbox, alice);
    await refusal(iam.send(new ListUsersCommand({})));
    const session = given((await sts.send(new GetSessionTokenCommand({}))).Credentials);
    await refusal(clients(sandbox, session).iam.send(new GetUserCommand({ UserName: "alice" })));

    const principalArn = "arn:aws:iam::222222222222:user/alice";
    const shown = sandbox.requests.map(({ time, ...rest }) => {
      expect(time).to.be.instanceOf(Date);
      return rest;
    });
    const common = { accountId: "222222222222", principalArn };
    expect(shown).to.deep.equal([
      { ...common, service: "iam", action: "ListUsers", mfa: undefined, input: {}, outcome: "AccessDenied" },
      { ...common, service: "sts", action: "GetSessionToken", mfa: undefined, input: {}, outcome: "ok" },
      {
        ...common,
        service: "iam",
        action: "GetUser",
        mfa: "false",
        input: { UserName: "alice" },
        outcome: "InvalidClientTokenId",
      },
    ]);
  });

  it("throttles what an account asks for too often, each account by itself", async () => {
    // No machine is so slow that another request is due meanwhile.
    sandbox.setRates([{ service: "iam", actions: ["ListUsers"], perSecond: 0.001, burst: 2 }]);
    const { iam } = await administratorOf(sandbox, sandbox.authAccount);
    const once = (client = iam): Promise<string> =>
      client.send(new ListUsersCommand({})).then(
        () => "ok",
        (error: unknown) => (error as Error).name,
      );
    expect([await once(), await once(), await once()]).to.eql(["ok", "ok", "ThrottlingException"]);
    expect(await once(clients(sandbox).iam)).to.equal("ok");
  });

  it("makes faults happen for the service, action and account they are meant for", async () => {
    const { iam } = clients(sandbox);
    sandbox.injectFault({ action: "ListUsers", service: "sts", code: "WrongService", times: 1 });
    sandbox.injectFault({ action: "ListUsers", accountId: "222222222222", code: "WrongAccount", times: 1 });
    sandbox.injectFault({
      action: "ListUsers",
      code: "OutOfOrder",
      status: 500,
      message: "out of order",
      times: 1,
    });
    const error = await refusal(iam.send(new ListUsersCommand({})));
    expect([error.name, error.message]).to.deep.equal(["OutOfOrder", "out of order"]);
    await iam.send(new ListUsersCommand({}));
  });

  it("cuts the connection where that is the fault", async () => {
    sandbox.injectFault({ action: "ListUsers", code: "cut", cutConnection: true, times: 1 });
    const error = await refusal(clients(sandbox).iam.send(new ListUsersCommand({})));
    expect(error.message).to.match(/socket hang up|ECONNRESET/);
  });

  it("does what was asked and loses the answer where that is the fault", async () => {
    sandbox.injectFault({ action: "CreateUser", code: "", loseAnswer: true, times: 1 });
    const { iam } = clients(sandbox);
    await refusal(iam.send(new CreateUserCommand({ UserName: "alice" })));
    await iam.send(new GetUserCommand({ UserName: "alice" }));
  });

  it("is out of reach for every service until the fault is taken back", async () => {
    sandbox.injectFault({ code: "", cutConnection: true, times: Infinity });
    const { iam, sts } = clients(sandbox);
    for (let time = 1; time <= 2; time++) {
      await refusal(iam.send(new ListUsersCommand({})));
      await refusal(sts.send(new GetSessionTokenCommand({})));
    }
    sandbox.clearFaults();
    await iam.send(new ListUsersCommand({}));
  });

  it("keeps the environment of who started it away from clients", () => {
    const environment = sandbox.environment({ accessKeyId: "A", secretAccessKey: "B", sessionToken: "C" });
    expect(environment).to.include({
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "A",
      AWS_SECRET_ACCESS_KEY: "B",
      AWS_SESSION_TOKEN: "C",
      AWS_EC2_METADATA_DISABLED: "true",
    });
    expect(environment).to.include.keys("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE");
    expect(sandbox.environment()).not.to.have.property("AWS_SESSION_TOKEN");
  });

  it("has the development accounts it is told to have", async () => {
    const other = await startSandbox({ developmentAccounts: { alice: "555555555555" } });
    try {
      expect(other.organization.childrenOf(other.organizationalUnit)).to.deep.equal(["555555555555"]);
    } finally {
      await other.close();
    }
  });

  it("answers as late as it is told to", async () => {
    const { sts } = clients(sandbox, sandbox.userInMemberAccount("222222222222", "alice", [ADMINISTRATOR_ACCESS]));
    sandbox.setLatency(3_600_000, "GetSessionToken");
    const waiting = sts.send(new GetSessionTokenCommand({}), { abortSignal: AbortSignal.timeout(50) });
    expect((await refusal(waiting)).name).to.equal("AbortError");
    sandbox.setLatency(0, "GetSessionToken");
    expect(sts).to.be.instanceOf(STSClient);
    await sts.send(new GetSessionTokenCommand({}));
  });
});
