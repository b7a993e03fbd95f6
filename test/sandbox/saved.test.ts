import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  GetUserCommand,
  ListGroupsForUserCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";

import { type Sandbox, startSandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, enableDevice } from "./testing.ts";

const AUTH = "222222222222";

describe("sandbox: what was saved", () => {
  const sandboxes: Sandbox[] = [];
  const start = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox();
    sandboxes.push(sandbox);
    return sandbox;
  };
  afterEach(() => Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close())));

  it("is there in another sandbox, with whose key is whose, who is in which group, and the administrator's key", async () => {
    const [first, second] = [await start(), await start()];
    const key = first.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
    await enableDevice(first, clients(first, key).iam, "alice");
    const { iam } = await administratorOf(first, AUTH);
    await iam.send(new CreateGroupCommand({ GroupName: "people" }));
    await iam.send(new AddUserToGroupCommand({ GroupName: "people", UserName: "alice" }));
    first.organization.addUnit("ou-abcd-33333333", "Other");
    first.organization.moveAccount("444444444444", "ou-abcd-33333333");
    second.restore(first.save());

    expect(first.administrator).to.include(second.administrator);
    expect((await clients(second, key).iam.send(new GetUserCommand({}))).User?.UserName).to.equal("alice");
    const there = await administratorOf(second, AUTH);
    const { Groups } = await there.iam.send(new ListGroupsForUserCommand({ UserName: "alice" }));
    expect(Groups?.map(({ GroupName }) => GroupName)).to.eql(["people"]);
    const [device] = [...second.organization.account(AUTH).virtualMfaDevices];
    expect(device?.enabled?.user).to.equal(second.organization.account(AUTH).users.get("alice"));
    expect(second.organization.parentOf("444444444444")).to.equal("ou-abcd-33333333");
  });

  it("takes the place of what was made since, and accounts stay the objects that they were", async () => {
    const sandbox = await start();
    const auth = sandbox.organization.account(AUTH);
    const saved = sandbox.save();
    const key = sandbox.userInMemberAccount(AUTH, "mallory", [ADMINISTRATOR_ACCESS]);
    sandbox.organization.serviceControlPoliciesEnabled = false;
    sandbox.addAccount("999999999999", "late");
    sandbox.organization.removeAccount("333333333333");
    sandbox.restore(saved);

    expect(sandbox.organization.account(AUTH)).to.equal(auth);
    expect(auth.users.names).to.eql([]);
    expect([...sandbox.organization.accounts.keys()]).to.have.members([
      ...["111111111111", AUTH, "333333333333", "444444444444"],
    ]);
    expect(sandbox.organization.serviceControlPoliciesEnabled).to.equal(true);
    const refused = await clients(sandbox, key)
      .iam.send(new GetUserCommand({}))
      .catch((error: unknown) => error);
    expect(refused).to.have.property("name", "InvalidClientTokenId");
  });
});
