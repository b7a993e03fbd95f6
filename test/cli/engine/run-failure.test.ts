import { expect } from "chai";

import { RunRecord } from "../../../cli/changes/record.ts";
import { type EngineCommand, failureOf, IncompleteRun } from "../../../cli/engine/run-failure.ts";
import { Failure } from "../../../cli/failure.ts";
import type { Project } from "../../../cli/project/project.ts";

describe("a run that failed", () => {
  const project: Project = {
    directory: "/project",
    name: "mfa-admin",
    stack: "main",
    settingsFile: "/project/Pulumi.main.yaml",
    backendUrl: "https://api.pulumi.com",
    organization: "globex",
  };

  function failed(command: EngineCommand, message: string): Failure {
    const record = new RunRecord(true);
    record.errors.push(message);
    const failure = failureOf({ command, record, interrupted: false, project, error: new Error("failed") });
    if (!(failure instanceof Failure)) throw new Error("It is told as no failure.");
    return failure;
  }

  it("is gone on with in the organization that has the stack", () => {
    expect(failed("up", "It failed.").remedy).to.equal("Run mfa-admin up --stack globex/main to go on from there.");
  });

  it("tells what else is wrong and to be done, once", () => {
    const failure = failed("up", "It failed.");
    if (!(failure instanceof IncompleteRun)) expect.fail();
    const told = failure
      .telling({ next: ["Then this."] })
      .telling({ facts: ["A denial is lost."], next: ["And that."] });
    const { message, remedy } = told.telling({ consents: ["--max-removals 5"] });
    expect(message).to.equal("It failed.\nA denial is lost.");
    expect(remedy).to.equal(
      "Run mfa-admin up --stack globex/main --max-removals 5 to go on from there. Then this. And that.",
    );
  });

  it("says whose credentials a provider refuses, before any resource, too", () => {
    expect(failed("preview", "account ID not allowed (333333333333)").message).to.equal(
      "These credentials belong to account 333333333333, and the stack's state names another account for it.",
    );
  });
});
