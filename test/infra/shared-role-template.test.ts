import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { sharedRoleTemplate } from "../../infra/shared-role.ts";
import { motoRoot } from "../../toolchain/cache.js";

/** The output of cfn-lint, AWS's own linter of templates, which moto depends on. */
async function lint(template: string): Promise<{ status: unknown; said: string }> {
  const child = spawn(join(motoRoot(), "venv", "bin", "cfn-lint"), ["--regions", "us-east-1", "--"]);
  child.stdin.end(template);
  const [said, [status]] = await Promise.all([text(child.stdout), once(child, "close") as Promise<unknown[]>]);
  return { status, said };
}

describe("the template of the shared role, by cfn-lint", () => {
  it("has neither errors nor warnings, with all that settings can put into it; one with a slip has", async () => {
    const template = sharedRoleTemplate({
      ...{ authAccount: "222222222222", rolePrefix: "developer", sessionDuration: 43_200, mfaMaxAge: 3600 },
      permissions: ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::*:policy/team"],
      permissionsBoundary: "arn:aws:iam::*:policy/limit",
    });
    const slip = template.replace("MaxSessionDuration", "LongestSession");
    const [emitted, wrong] = await Promise.all([lint(template), lint(slip)]);
    expect(emitted).to.eql({ status: 0, said: "" });
    expect(wrong.status).to.equal(2);
    expect(wrong.said).to.contain("LongestSession");
  });
});
