import { expect } from "chai";

import { type NotedRun, runRows } from "../../../cli/history/runs.ts";

const since = new Date("2026-11-01T00:00:00Z");

function run(day: number, developers: object, more: Partial<NotedRun> = {}): NotedRun {
  return {
    kind: "update",
    startTime: Date.UTC(2026, 10, day) / 1000,
    message: "mfa-admin up, by carol",
    config: { "mfa-admin:developers": developers, "mfa-admin:authAccount": "222222222222" },
    result: "succeeded",
    ...more,
  };
}

describe("the history of the runs", () => {
  it("tells who ran what, and whom the settings say something else of since", () => {
    const rows = runRows(
      [
        run(
          4,
          { bob: { accounts: ["sandbox"] } },
          { message: "mfa-admin remove-developer, by octocat,run-7", kind: "destroy" },
        ),
        run(3, { alice: {}, bob: { accounts: ["sandbox"] } }),
        run(2, { alice: {}, bob: {} }, { kind: "refresh" }),
        run(1, { alice: {} }),
      ],
      since,
    );
    expect(
      rows.map(({ who, what, whom, adds, removes, changes }) => ({ who, what, whom, adds, removes, changes })),
    ).to.eql([
      {
        who: "octocat,run-7",
        what: "remove-developer",
        whom: ["alice"],
        adds: undefined,
        removes: ["alice"],
        changes: undefined,
      },
      { who: "carol", what: "up", whom: ["bob"], adds: ["bob"], removes: undefined, changes: undefined },
      { who: "carol", what: "up", whom: [], adds: undefined, removes: undefined, changes: undefined },
      { who: "carol", what: "up", whom: ["alice"], adds: ["alice"], removes: undefined, changes: undefined },
    ]);
    expect(rows[0]?.at).to.equal("2026-11-04T00:00:00.000Z");
  });

  it("leaves out what was before, which tells what the first one has changed", () => {
    const before = { ...run(1, { alice: {} }), startTime: "2026-10-20T09:30:00.000Z" };
    expect(runRows([run(3, { alice: {}, bob: {} }), before], since).map(({ whom }) => whom)).to.eql([["bob"]]);
  });

  it("tells a changed account of a developer, other settings, and that everybody goes with destroy", () => {
    const guarded = {
      "mfa-admin:developers": { alice: { accounts: ["sandbox"] } },
      "mfa-admin:guardRails": ["protect"],
    };
    const first = run(1, { alice: {} }, { config: { "mfa-admin:developers": { alice: {} } } });
    const rows = runRows(
      [
        run(3, {}, { kind: "destroy", message: "mfa-admin destroy, by carol", config: guarded }),
        run(2, {}, { config: guarded, result: "failed" }),
        first,
      ],
      since,
    );
    expect(rows.map(({ removes, changes, settings, failed }) => [removes, changes, settings, failed])).to.eql([
      [["alice"], undefined, undefined, undefined],
      [undefined, ["alice"], ["guardRails"], true],
      [undefined, undefined, undefined, undefined],
    ]);
  });

  it("reads what the Pulumi CLI prints as it reads a file", () => {
    const printed: NotedRun = {
      kind: "update",
      startTime: "2026-11-02T09:30:00.000Z",
      message: "mfa-admin up, by carol",
      config: {
        "mfa-admin:authAccount": { value: "222222222222", secret: false },
        "mfa-admin:developers": { value: '{"alice":{}}', objectValue: { alice: {} }, secret: false },
      },
    };
    expect(runRows([printed], since).map(({ adds }) => adds)).to.eql([["alice"]]);
  });

  it("of plain Pulumi's runs tells the CI's job, or who has made the last commit", () => {
    const environment = { "ci.system": "GitHub Actions", "ci.build.id": "7", "ci.build.url": "https://ci.example/7" };
    const commit = { "git.head": "8e57b22189", "git.committer": "Carol" };
    const rows = runRows(
      [
        run(3, {}, { message: "Let bob in", environment: { ...environment, ...commit } }),
        run(2, {}, { message: "Let bob in", environment: commit }),
        run(1, {}, { message: "", kind: "import" }),
      ],
      since,
    );
    expect(rows.map(({ who, what, job, commit: head }) => [who, what, job, head])).to.eql([
      ["GitHub Actions 7", "pulumi up", "https://ci.example/7", "8e57b22189"],
      ["Carol", "pulumi up", undefined, "8e57b22189"],
      ["unknown", "pulumi import", undefined, undefined],
    ]);
  });
});
