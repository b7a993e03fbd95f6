import { MoveAccountCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { accountsOutside } from "../../../cli/aws/organization-view.ts";
import { clients } from "../../sandbox/testing.ts";
import { type LargeOrganization, largeOrganization } from "../../support/large-organization.ts";

describe("accounts outside of the units", () => {
  let large: LargeOrganization;

  before(async () => {
    large = await largeOrganization(45);
    const { sandbox, unit, ids } = large;
    const moved = { AccountId: ids[0], SourceParentId: unit, DestinationParentId: sandbox.organization.rootId };
    await clients(sandbox).organizations.send(new MoveAccountCommand(moved));
  });
  after(() => large.close());

  const asked = (accounts: string[], targets: string[], further?: () => Promise<string[]>) =>
    large.asking(() => accountsOutside(accounts, targets, further));

  it("are found by pages of what is in a unit: a call for 20 accounts, and one for each that is not there", async () => {
    const { ids, unit } = large;
    const { answer, calls } = await asked(ids, [unit, unit]);
    expect(answer).to.eql(ids.slice(0, 1));
    expect(calls).to.eql([...Array<string>(3).fill("ListAccountsForParent"), "ListParents"]);
  });

  it("are asked for one by one where these are fewer calls, and never by more pages than there are accounts", async () => {
    const { ids, unit } = large;
    expect(await asked(ids.slice(1, 2), [unit])).to.eql({ answer: [], calls: ["ListParents"] });
    const { answer, calls } = await asked(ids.slice(-2), [unit]);
    expect(answer).to.eql([]);
    expect(calls.filter((action) => action === "ListAccountsForParent")).to.have.length(2);
  });

  it("are looked for in further targets where the first ones do not have all, and not asked for one by one before", async () => {
    const { ids, unit } = large;
    const pages = Array<string>(3).fill("ListAccountsForParent");
    const [first = ""] = ids;
    expect(await asked(ids, ["ou-abcd-99999999"], () => Promise.resolve([unit, first]))).to.eql({
      answer: [],
      calls: ["ListAccountsForParent", ...pages],
    });
    const unasked = (): Promise<string[]> => expect.fail("nothing more has to be known");
    expect(await asked(ids.slice(1), [unit], unasked)).to.eql({ answer: [], calls: pages });
  });

  it("are all of them where a unit is not there, and none below the root", async () => {
    const ids = large.ids.slice(0, 3);
    expect((await asked(ids, ["ou-abcd-99999999"])).answer).to.eql(ids);
    expect((await asked(ids, [large.sandbox.organization.rootId])).answer).to.eql([]);
  });
});
