import { DeleteRoleCommand, DetachRolePolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf } from "../../sandbox/testing.ts";
import { Administrator } from "../../support/harness.ts";

describe("up --plan", () => {
  let admin: Administrator;
  const again = "Run mfa-admin preview --save-plan plan.json, and have it reviewed.\n";

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  const plan = (): string => join(admin.directory, "plan.json");

  async function expectRefusal(...lines: string[]): Promise<void> {
    const from = admin.sandbox.requests.length;
    const { status, stdout, stderr } = await admin.run("up", "--yes", "--plan", "plan.json");
    expect({ status, stdout, stderr }).to.eql({
      status: 1,
      stdout: "",
      stderr: `Error: plan.json no longer fits; nothing was changed. Since it was saved:\n${lines.join("\n")}\n${again}`,
    });
    expect(admin.changesSince(from)).to.eql([]);
  }

  it("applies what preview --save-plan has saved, from nothing on", async () => {
    await admin.succeed("preview", "--save-plan", "plan.json");
    const { stdout } = await admin.succeed("up", "--yes", "--plan", "plan.json");
    expect(stdout).to.match(/: 9 created, 0 unchanged\.\n$/);
  });

  it("is refused when it was applied already, naming what there is nothing to be done of any more", async () => {
    await expectRefusal(
      ...["create group mfa-admin-developers in auth", "create managed policy mfa-admin-developer in auth"].map(gone),
      gone("create role developer-alice in payments"),
      gone("create role developer-alice in sandbox"),
      gone("create role developer-bob in payments"),
      gone("create role developer-bob in sandbox"),
      gone("create service control policy mfa-admin-require-mfa in management"),
      ...["create user alice in auth", "create user bob in auth"].map(gone),
    );
  });

  const gone = (title: string): string => `  planned, but nothing to be done any more: ${title}`;

  it("applies replacements, deletions and changes as they were reviewed", async () => {
    await admin.editSettings((text) =>
      text
        .replace("    bob: {}", "    carol: { accounts: [sandbox] }")
        .replace("config:", "config:\n  mfa-admin:rolePrefix: dev"),
    );
    await admin.succeed("preview", "--save-plan", "plan.json");
    const { stdout } = await admin.succeed("up", "--yes", "--plan", "plan.json");
    expect(stdout).to.match(/: 2 created, 3 deleted, 2 replaced, 2 changed, 2 unchanged\.\n$/);
  });

  it("is refused when the settings have changed, naming the keys and who is concerned", async () => {
    await admin.editSettings((text) =>
      text.replace("    alice: {}", "    alice: {}\n    dave: { accounts: [payments] }"),
    );
    await admin.succeed("preview", "--save-plan", "plan.json");
    await admin.editSettings((text) =>
      text
        .replace("dave: { accounts: [payments] }", "erin: {}")
        .replace("config:", "config:\n  mfa-admin:sessionDuration: 3600"),
    );
    const { stderr } = await admin.run("up", "--yes", "--plan", "plan.json");
    expect(stderr.split("\n").slice(0, 4)).to.eql([
      "Error: plan.json no longer fits; nothing was changed. Since it was saved:",
      "  the roster has changed: dave, erin",
      "  the setting sessionDuration has changed",
      "  planned, but nothing to be done any more: create role dev-dave in payments",
    ]);
  });

  it("is refused when the stack has changed under it, though the settings are the same", async () => {
    await admin.editSettings((text) => text.replace("erin: {}", "erin: { accounts: [payments] }"));
    await admin.succeed("preview", "--save-plan", "plan.json");
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.developmentAccounts["payments"] ?? "");
    const role = { RoleName: "dev-alice" };
    await iam.send(new DetachRolePolicyCommand({ ...role, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }));
    await iam.send(new DeleteRoleCommand(role));
    await admin.succeed("refresh", "--yes");
    await expectRefusal(
      "  planned, but nothing to be done any more: update role dev-alice in payments",
      "  to be done now, but not planned: create role dev-alice in payments",
    );
  });

  it("takes nothing into the stack on the side: --adopt is refused beside it", async () => {
    const { status, stderr } = await admin.run("up", "--yes", "--plan", "plan.json", "--adopt");
    expect(status).to.equal(1);
    expect(stderr).to.contain("--plan=plan.json cannot also be provided when using --adopt");
  });

  it("is refused when it is of another stack, of another version, or none", async () => {
    const saved = JSON.parse(await readFile(plan(), "utf8")) as Record<string, unknown>;
    const wrong: [string, string][] = [
      [
        JSON.stringify({ ...saved, stack: "other" }),
        'plan.json is a plan of the stack "other" of mfa-admin, not of "main" of mfa-admin.',
      ],
      [JSON.stringify({ ...saved, version: 2 }), "plan.json is no plan of this version of mfa-admin, or is damaged."],
      [JSON.stringify({ ...saved, settings: undefined }), "plan.json is no plan of this version of mfa-admin, or is"],
      [JSON.stringify({ ...saved, changes: [null] }), "plan.json is no plan of this version of mfa-admin, or is"],
      ["null", "plan.json is no plan of this version of mfa-admin, or is damaged."],
      ["{", "plan.json is no plan: "],
    ];
    for (const [text, message] of wrong) {
      await writeFile(plan(), text);
      const { status, stderr } = await admin.run("up", "--yes", "--plan", "plan.json");
      expect(status).to.equal(1);
      expect(stderr)
        .to.match(new RegExp(`^Error: ${message.replace(/[.]/g, "\\.")}`))
        .and.to.contain(again);
    }
  });

  it("cannot be saved where there is no such directory, or another file, which is said before anything is previewed", async () => {
    for (const [path, reason] of [
      ["Pulumi.yaml", "it is there already, and is something else than a plan"],
      ["nowhere/plan.json", "ENOENT: no such file or directory, access '.*nowhere'"],
      [".", "it is a directory"],
    ] as const) {
      const { status, stdout, stderr } = await admin.run("preview", "--save-plan", path);
      expect({ status, stdout }).to.eql({ status: 1, stdout: "" });
      expect(stderr).to.match(
        new RegExp(
          `^Error: The plan cannot be written to ${path}: ${reason}\\.\nName another file in --save-plan\\.\n$`,
        ),
      );
    }
  });
});
