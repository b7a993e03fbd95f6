import { expect } from "chai";

import { clientConfiguration } from "../../infra/accounts.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";

describe("the sessions of the access roles", () => {
  let sandbox: Sandbox;
  const before = { ...process.env };

  beforeEach(async () => {
    sandbox = await startSandbox();
    Object.assign(process.env, sandbox.environment());
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    await sandbox.close();
  });

  const session = (account: string) => clientConfiguration(account, "OrganizationAccountAccessRole").credentials();
  const opened = (): unknown[] =>
    sandbox.requests
      .filter(({ action }) => action === "AssumeRole")
      .map(({ outcome, input }) => [outcome, input["RoleSessionName"]]);

  it("are one for each role, whoever needs it, and are called after whoever runs this", async () => {
    await Promise.all([session(sandbox.authAccount), session(sandbox.authAccount)]);
    await session(sandbox.authAccount);
    expect(opened()).to.eql([["ok", "mfa-admin-administrator"]]);
  });

  it("are opened again after one could not be", async () => {
    sandbox.injectFault({ action: "AssumeRole", code: "AccessDenied", times: 1 });
    const refused = await session("333333333333").catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
    await session("333333333333");
    expect(opened().map((one) => (one as string[])[0])).to.eql(["AccessDenied", "ok"]);
  });
});
