import { MoveAccountCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { accountsOutside } from "../../../cli/aws/organization-view.ts";
import { startSandbox, type Sandbox } from "../../sandbox/index.ts";
import { clients } from "../../sandbox/testing.ts";
import { inEnvironment } from "../../support/environment.ts";

describe("accounts outside of the units", () => {
  const unit = "ou-abcd-11111111";
  const ids = Array.from({ length: 45 }, (_, index) => String(300000000001 + index));
  const [first = "", second = ""] = ids;
  let sandbox: Sandbox;
  let restore: () => void;

  before(async () => {
    sandbox = await startSandbox({
      developmentAccounts: Object.fromEntries(ids.map((id, index) => [`account-${index}`, id])),
    });
    restore = inEnvironment(sandbox.environment());
    const moved = { AccountId: first, SourceParentId: unit, DestinationParentId: sandbox.organization.rootId };
    await clients(sandbox).organizations.send(new MoveAccountCommand(moved));
  });
  after(async () => {
    restore();
    await sandbox.close();
  });

  const asked = async (accounts: string[], targets: string[]) => {
    const from = sandbox.requests.length;
    const outside = await accountsOutside(accounts, targets);
    return { outside, calls: sandbox.requests.slice(from).map(({ action }) => action) };
  };

  it("are found by pages of what is in a unit: a call for 20 accounts, and one for each that is not there", async () => {
    const { outside, calls } = await asked(ids, [unit, unit]);
    expect(outside).to.eql([first]);
    expect(calls).to.eql([...Array<string>(3).fill("ListAccountsForParent"), "ListParents"]);
  });

  it("are asked for one by one where these are fewer calls, and never by more pages than there are accounts", async () => {
    expect(await asked([second], [unit])).to.eql({ outside: [], calls: ["ListParents"] });
    const { outside, calls } = await asked(ids.slice(-2), [unit]);
    expect(outside).to.eql([]);
    expect(calls.filter((action) => action === "ListAccountsForParent")).to.have.length(2);
  });

  it("are all of them where a unit is not there, and none below the root", async () => {
    const { outside } = await asked(ids.slice(0, 3), ["ou-abcd-99999999"]);
    expect(outside).to.eql(ids.slice(0, 3));
    expect((await asked(ids.slice(0, 3), [sandbox.organization.rootId])).outside).to.eql([]);
  });
});
