import {
  CreateRoleCommand,
  DeleteUserCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, refusal, trust } from "./testing.ts";

const AUTH = "222222222222";
const DEVELOPMENT = "333333333333";
const ALICE = `arn:aws:iam::${AUTH}:user/alice`;

describe("sandbox: trust policies", () => {
  let sandbox: Sandbox;
  let iam: IAMClient;
  let alice: Credentials;

  async function start(consistencySeconds = 0): Promise<void> {
    sandbox = await startSandbox({ consistencySeconds });
    ({ iam } = await administratorOf(sandbox, DEVELOPMENT));
    alice = sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
  }
  afterEach(() => sandbox.close());

  const create = (principal: string | string[]) =>
    iam.send(new CreateRoleCommand({ RoleName: "dev", AssumeRolePolicyDocument: trust(principal) }));

  const assume = (credentials: Credentials) =>
    clients(sandbox, credentials).sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${DEVELOPMENT}:role/dev`, RoleSessionName: "alice" }),
    );

  async function principal(): Promise<unknown> {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "dev" }));
    const document = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")) as {
      Statement: { Principal: { AWS: unknown } }[];
    };
    return document.Statement[0]?.Principal.AWS;
  }

  async function recreateAlice(): Promise<Credentials> {
    sandbox.organization.account(AUTH).users.get("alice")?.accessKeys.splice(0);
    sandbox.organization.account(AUTH).users.get("alice")?.attachedPolicies.clear();
    await (await administratorOf(sandbox, AUTH)).iam.send(new DeleteUserCommand({ UserName: "alice" }));
    return sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
  }

  it("keep a user by its unique id and show its ARN while it exists", async () => {
    await start();
    await create(ALICE);
    const id = sandbox.organization.account(AUTH).users.get("alice")?.id ?? "";
    expect(id).to.match(/^AIDA/);
    expect(sandbox.organization.account(DEVELOPMENT).roles.get("dev")?.trustPolicy).to.contain(id);
    expect(await principal()).to.equal(ALICE);
    await assume(alice);
  });

  it("do not trust a user that was deleted and made again, until they are written again", async () => {
    await start();
    await create(ALICE);
    const id = sandbox.organization.account(AUTH).users.get("alice")?.id;
    const again = await recreateAlice();

    expect(await principal()).to.equal(id);
    expect((await refusal(assume(again))).name).to.equal("AccessDenied");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "dev", PolicyDocument: trust(ALICE) }));
    await assume(again);
  });

  it("refuse a principal that does not exist", async () => {
    await start();
    const error = await refusal(create([ALICE, `arn:aws:iam::${AUTH}:user/nobody`]));
    expect(error.name).to.match(/^MalformedPolicyDocument/);
    expect(error.message).to.equal(`Invalid principal in policy: "AWS":"arn:aws:iam::${AUTH}:user/nobody"`);
    expect((await refusal(create("arn:aws:iam::999999999999:root"))).message).to.contain("Invalid principal");
  });

  it("refuse a user that is not yet known everywhere, and accept it later", async () => {
    await start(60);
    expect((await refusal(create(ALICE))).message).to.equal(`Invalid principal in policy: "AWS":"${ALICE}"`);
    sandbox.clock.advance(60);
    await create(ALICE);
  });

  it("take an account id for the account", async () => {
    await start();
    await create(AUTH);
    expect(await principal()).to.equal(`arn:aws:iam::${AUTH}:root`);
    await assume(alice);
  });

  it("are refused when they are no policies", async () => {
    await start();
    for (const AssumeRolePolicyDocument of ["{", '{"Statement":[{"Effect":"Perhaps"}]}']) {
      const error = await refusal(iam.send(new CreateRoleCommand({ RoleName: "dev", AssumeRolePolicyDocument })));
      expect(error.name).to.match(/^MalformedPolicyDocument/);
    }
  });
});
