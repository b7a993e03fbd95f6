import { expect } from "chai";

import { expectGolden } from "../support/golden.ts";
import { Administrator, initFlags } from "../support/harness.ts";
import { keyOfTests } from "../support/key-service.ts";
import type { Size, Terminal } from "../support/terminal.ts";
import { Workstation } from "../support/workstation.ts";

const names = [
  ...["sandbox", "payments", "checkout", "search", "billing"],
  ...["data-platform", "mobile", "web", "infrastructure", "research"],
];
const developmentAccounts = Object.fromEntries(names.map((name, index) => [name, String(333333333333 + index * 1111)]));
const small: Size = { cols: 80, rows: 24 };
const large: Size = { cols: 100, rows: 30 };

/** The part of a screen that is the same in each run. */
function lasting(line: string): string {
  return line
    .replace(/[\w!@#$%^&*()+=-]{24}(?= {2}developer-)/, (password) => "…".padEnd(password.length))
    .replace(/\d+\.\d s/, "… s")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "YYYY-MM-DD hh:mm")
    .replace(/AKIA\w{16}/g, "AKIA…")
    .replace(/node-v\S+/, "node-v…");
}

/** Sorts the lines of progress, which come in the order of AWS's answers. */
const isProgress = (line: string): boolean => / {2}\(\d+\/\d+\)$/.test(line);

type Act = (terminal: Terminal) => Promise<unknown>;

const ended: Act = (terminal) => terminal.ended();

describe("screens with 10 accounts and 40 developers", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withoutProject({ developmentAccounts });
  });

  after(() => admin.close());

  /** Expects that the terminal breaks no line of the screen, and that it is the approved one. */
  async function expectScreen(name: string, size: Size, terminal: Terminal, act: Act, status = 0): Promise<void> {
    await act(terminal);
    expect(await terminal.ended(), terminal.screen).to.equal(status);
    expect(await terminal.broken(), "broken by the terminal").to.eql([]);
    const lines = (await terminal.lines()).filter((line) => !isProgress(line)).map(lasting);
    await expectGolden(`test/end-to-end/golden/screens/${name}-${size.cols}.txt`, `${lines.join("\n")}\n`);
  }

  const run = (size: Size, ...args: string[]): Terminal => admin.terminalWith({ size }, ...args);

  for (const size of [small, large]) {
    it(`help has the commands of administrators and developers apart, ${size.cols} columns wide`, () =>
      expectScreen("help", size, run(size, "--help"), ended));

    it(`init asks, ${size.cols} columns wide`, () =>
      expectScreen(
        "init",
        size,
        run(size, "init"),
        async (terminal) => {
          await terminal.waitFor("Name of the stack");
          terminal.enter();
          await terminal.waitFor("Which account");
          terminal.enter();
          await terminal.waitFor("Which organizational");
          terminal.enter(" ");
          await terminal.waitFor("In which");
          terminal.enter();
          await terminal.waitFor("Region of");
          terminal.ctrlC();
        },
        1,
      ));
  }

  it("add-developer hands several over in one table", async () => {
    await admin.succeed("init", ...initFlags(admin.sandbox), "--secrets-provider", keyOfTests);
    await expectScreen("add-developer", small, run(small, "add-developer", "alice", "bob", "--yes"), ended);
  });

  it("list has everybody on a line", async () => {
    const others = Array.from(
      { length: 38 },
      (_, index) => `    developer-${String(index + 3).padStart(2, "0")}: {}\n`,
    );
    await admin.editSettings((text) => text.replace("    bob: {}\n", (bob) => bob + others.join("")));
    await expectScreen("list", small, run(small, "list"), ended);
    await expectScreen("list", large, run(large, "list"), ended);
  });

  it("preview has people with the same access in one sentence", () =>
    expectScreen("preview", small, run(small, "preview"), ended));

  it("up asks at the end, with the summary in the question", () =>
    expectScreen(
      "up",
      small,
      run(small, "up"),
      async (terminal) => {
        await terminal.waitFor("(y/N)");
        terminal.enter("n");
      },
      1,
    ));

  it("remove-developer and destroy ask with names and numbers", async () => {
    const no: Act = async (terminal) => {
      await terminal.waitFor("?");
      terminal.enter("n");
    };
    await expectScreen("remove-developer", small, run(small, "remove-developer", "alice", "bob"), no, 1);
    const typed: Act = async (terminal) => {
      await terminal.waitFor("to go on:");
      terminal.enter("n");
    };
    await expectScreen("destroy", small, run(small, "destroy"), typed, 1);
  });

  it("an error has its lines below each other", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace("developmentAccounts:", "developmentAcounts:"));
    for (const size of [small, large]) await expectScreen("error", size, run(size, "list"), ended, 1);
    await admin.editSettings(() => settings);
  });

  it("login asks for the account, and whoami tells all of it", async () => {
    const alice = await Workstation.enrolled(admin);
    for (const size of [small, large]) {
      await expectScreen("login", size, alice.terminalOf(size, "login", alice.nextCode()), async (terminal) => {
        await terminal.waitFor("?");
        terminal.enter();
      });
      await expectScreen("whoami", size, alice.terminalOf(size, "whoami"), ended);
    }
  });
});
