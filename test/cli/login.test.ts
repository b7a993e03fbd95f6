import { expect } from "chai";

import { clients } from "../sandbox/testing.ts";
import { works } from "./developer.ts";
import { Administrator } from "./harness.ts";
import { Workstation } from "./workstation.ts";

describe("login", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    await admin.succeed("up", "--yes");
  });
  after(() => admin.close());
  beforeEach(async () => {
    alice = await Workstation.enrolled(admin);
  });
  afterEach(() => alice.close());

  it("writes a session of the developer's role into the profile dev, and says until when and what to try", async () => {
    const { stdout, stderr } = await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    expect(stderr).to.equal("");
    expect(stdout).to.match(
      /^Logged in to sandbox \(333333333333\) as developer-alice until \d{4}-\d\d-\d\d \d\d:\d\d: profile dev\.\nTry: aws ec2 describe-instances --profile dev\n$/,
    );
    expect(await works(clients(admin.sandbox, await alice.profile("dev")))).to.equal(true);
  });
});
