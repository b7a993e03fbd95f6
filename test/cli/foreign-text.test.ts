import { Config } from "@oclif/core/config";
import { expect } from "chai";

import { BaseCommand } from "../../cli/command.ts";
import { explain, report } from "../../cli/explain.ts";
import { Failure, FileFailure } from "../../cli/failure.ts";
import { failureMarkdown } from "../../cli/report/failure-markdown.ts";
import { tell } from "../../cli/terminal/tell.ts";
import { inEnvironment } from "../support/environment.ts";

/** Text that somebody else has written: a name in a settings file, or in AWS. */
const hostile = "ann\u001b[31m\u202e\r\n::add-mask::ann ##[add-mask]bob";

class Probe extends BaseCommand {
  run(): Promise<void> {
    this.log(hostile);
    this.logToStderr(hostile);
    this.print(hostile);
    return Promise.resolve();
  }
}

/** What `act` writes to stdout and stderr. */
async function written(act: () => unknown): Promise<string> {
  const parts: string[] = [];
  const write = (text: unknown): boolean => parts.push(String(text)) > 0;
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, own: stream.write.bind(stream) }));
  for (const { stream } of streams) stream.write = write;
  try {
    await act();
  } finally {
    for (const { stream, own } of streams) stream.write = own;
  }
  return parts.join("");
}

describe("text that others have written", () => {
  it("stays on the line of its problem in a settings file", () => {
    const message = "developers.ann [31m ::add-mask::ann ##[add-mask]bob: no";
    const found = [{ line: 3, message: `developers.${hostile}: no` }];
    const problem = explain(new FileFailure("/project/Pulumi.main.yaml", found));
    expect(problem.message).to.equal(`Pulumi.main.yaml:3: ${message}`);
    expect(problem).to.have.deep.property("problems", [{ line: 3, message }]);
  });

  it("does not control the terminal, nor a comment, by a failure", async () => {
    const failure = new Failure(`AWS said ${hostile}.`, `Ask ${hostile}.`);
    const printed = await written(() => {
      report(explain(failure), false);
    });
    const texts = [printed, failureMarkdown("preview", failure)];
    for (const text of texts)
      expect(text)
        .to.match(/AWS said ann/)
        .and.not.match(/[\u001b\u202e\r]/);
  });

  it("is no command to GitHub Actions, wherever it is printed", async () => {
    const restore = inEnvironment({ GITHUB_ACTIONS: "true" });
    try {
      const probe = new Probe([], new Config({ root: process.cwd() }));
      const text = await written(async () => {
        await probe.run();
        tell(hostile);
      });
      expect(text.match(/ann/g)).to.have.length(8);
      expect(text)
        .not.to.match(/^\s*::/m)
        .and.not.contain("##[");
    } finally {
      restore();
    }
  });
});
