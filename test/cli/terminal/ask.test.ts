import { expect } from "chai";
import { tmpdir } from "node:os";

import { Terminal } from "../../support/terminal.ts";

const url = (name: string): string => new URL(`../../../cli/terminal/${name}.ts`, import.meta.url).href;

/** A program that may ask, on a terminal. @param redirection of its streams, by a shell */
function asking(program: string, redirection = ""): Terminal {
  const text = `import * as ask from "${url("ask")}"; import { tell } from "${url("tell")}";\n${program}`;
  const shell = ["/bin/sh", "-c", `"$@" ${redirection}`, "sh", process.execPath, "--input-type=module", "-e", text];
  const env = Object.entries(process.env).filter(([name, value]) => value !== undefined && name !== "CI");
  return new Terminal(shell, tmpdir(), Object.fromEntries(env) as Record<string, string>, () => undefined);
}

describe("questions on a terminal", () => {
  const questions = [
    'ask.askText("QUESTION", () => true)',
    'ask.askSecret("QUESTION")',
    'ask.confirmChange("QUESTION", false)',
    'ask.confirmByName("QUESTION", "main", false)',
    'ask.chooseOne("QUESTION", [{ name: "a", value: "a" }, { name: "b", value: "b" }])',
    'ask.chooseSome("QUESTION", [{ name: "a", value: "a" }, { name: "b", value: "b" }])',
  ];

  it("are interrupted by Ctrl-D, each kind of them, as by Ctrl-C", async () => {
    const each = questions.map(
      (question, index) =>
        `await ${question.replace("QUESTION", `question ${index}`)}.catch((error) => console.log("ended by", error.name));`,
    );
    const terminal = asking(each.join("\n"));
    for (const index of questions.keys()) {
      await terminal.waitFor(`question ${index}`);
      terminal.type(index % 2 === 0 ? "\x04" : "\x03");
      await terminal.waitFor(index % 2 === 0 ? "ended by AbortPromptError" : "ended by ExitPromptError");
    }
    expect(await terminal.ended()).to.equal(0);
  });

  it("go on where Ctrl-D has something to delete", async () => {
    const terminal = asking('console.log("is", await ask.askText("question", () => true));');
    await terminal.waitFor("question");
    terminal.type("ab\x04");
    terminal.enter("c");
    await terminal.waitFor("is abc");
    expect(await terminal.ended()).to.equal(0);
  });

  it("are all seen on the terminal itself, with what is told between them, where others keep the streams", async () => {
    const terminal = asking(
      `await ask.onTerminal(async () => {
        await ask.askText("first", () => true);
        tell("that was wrong");
        await ask.askText("second", () => true);
        await ask.askText("third", () => true);
      });`,
      "</dev/null >/dev/null 2>&1",
    );
    await terminal.waitFor("first");
    terminal.enter("1");
    await terminal.waitFor("that was wrong");
    await terminal.waitFor("second");
    terminal.enter("2");
    await terminal.waitFor("third");
    // The process ends, even with input that is not read.
    terminal.type("\x04");
    expect(await terminal.ended()).to.equal(1);
  });
});
