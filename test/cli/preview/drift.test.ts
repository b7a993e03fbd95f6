import {
  AttachRolePolicyCommand,
  DeleteUserCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { emptyUser } from "../../../infra/offboarding.ts";
import { expectGolden } from "../../golden.ts";
import { administratorOf, allow, policy } from "../../sandbox/testing.ts";
import { Administrator, filesIn } from "../harness.ts";
import { requireValidReport } from "./report-schema.ts";

describe("refresh --preview-only", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
    await admin.succeed("up", "--yes");
  });
  after(() => admin.close());

  /** Every file of the project, the state's among them, byte for byte. */
  async function bytes(): Promise<Record<string, string>> {
    const paths = await filesIn(admin.directory);
    const texts = paths.map(async (path) => [path, (await readFile(join(admin.directory, path))).toString("base64")]);
    return Object.fromEntries((await Promise.all(texts)) as [string, string][]);
  }

  async function previewed(format: string): Promise<{ status: number | null; stdout: string }> {
    const [files, TMPDIR] = [await bytes(), await mkdtemp(join(tmpdir(), "mfa-admin-drift-"))];
    const from = admin.sandbox.requests.length;
    const { status, stdout } = await admin.runWith(
      { env: { TMPDIR } },
      ...["refresh", "--preview-only", "--exit-code", "--format", format],
    );
    expect(await bytes()).to.eql(files);
    expect(await readdir(TMPDIR)).to.eql([]);
    await rm(TMPDIR, { recursive: true });
    expect(admin.changesSince(from)).to.eql([]);
    return { status, stdout };
  }

  it("finds nothing in a stack that nobody has touched, and ends with 0", async () => {
    expect(await previewed("text")).to.eql({
      status: 0,
      stdout: "Nothing has drifted: all 9 resources are as the state says.\n",
    });
  });

  it("tells what has drifted where and what would be done about it, ends with 2, and changes nothing anywhere", async () => {
    const { sandbox } = admin;
    const [auth, sandboxAccount, payments] = await Promise.all(
      [sandbox.authAccount, "333333333333", "444444444444"].map((id) => administratorOf(sandbox, id)),
    );
    const bob = { RoleName: "developer-bob" };
    const trust = policy({
      ...allow("sts:AssumeRole"),
      Resource: undefined,
      Principal: { AWS: `arn:aws:iam::${sandbox.authAccount}:user/bob` },
    });
    await sandboxAccount?.iam.send(
      new UpdateRoleCommand({ ...bob, MaxSessionDuration: 3600, Description: "mine\n::error::x" }),
    );
    await sandboxAccount?.iam.send(
      new AttachRolePolicyCommand({ ...bob, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    );
    await payments?.iam.send(new UpdateAssumeRolePolicyCommand({ ...bob, PolicyDocument: trust }));
    if (auth === undefined) throw new Error("no auth account");
    await emptyUser(auth.iam, "alice");
    await auth.iam.send(new DeleteUserCommand({ UserName: "alice" }));

    const { status, stdout } = await previewed("markdown");
    const text = stdout.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME").replace(/AIDA\w+/g, "AIDA…");
    await expectGolden("test/cli/preview/golden/drift.md", text);
    expect(status).to.equal(2);
    // A line break of somebody else's would let a line begin with a command for GitHub.
    const plain = (await previewed("text")).stdout.replace(/after \S+Z/g, "after TIME");
    expect(plain).to.match(/description .* → mine ::error::x$/m);
    expect(plain).to.contain(
      [
        "role developer-bob, some time after TIME",
        "      trust policy",
        "        - AllowDeveloperWithMFA",
        "        -   Effect Allow",
        "        -   Principal AWS arn:aws:iam::222222222222:user/bob",
        "",
      ].join("\n"),
    );
    expect(plain).to.match(/^ {2}~ payments {2}role developer-bob: put back$/m);
    const json = JSON.parse((await previewed("json")).stdout) as { kind: string };
    requireValidReport(json);
    expect(json.kind).to.equal("drift");
  });

  it("leaves it to refresh and up to put it right, as it says", async () => {
    await admin.succeed("refresh", "--yes");
    await admin.succeed("up", "--yes");
    expect((await previewed("text")).status).to.equal(0);
  });

  it("markdown is for it alone", async () => {
    const { stderr } = await admin.run("refresh", "--yes", "--format", "markdown");
    expect(stderr).to.equal("Error: --format markdown is for --preview-only.\nAdd it.\n");
  });
});
