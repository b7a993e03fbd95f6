import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

describe("the command line", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withoutProject();
  });
  after(() => admin.close());

  const wrong: { what: string; args: string[]; says: string }[] = [
    {
      what: "a command that there is none of",
      args: ["frobnicate"],
      says: 'There is no command "frobnicate".\nSee mfa-admin --help for the commands.',
    },
    {
      what: "a slip in a command's name, suggesting the right one",
      args: ["remove-develper", "bob"],
      says: 'There is no command "remove-develper".\nDid you mean mfa-admin remove-developer?',
    },
    {
      what: "a slip in a command of two words, suggesting the right one",
      args: ["state", "mvoe"],
      says: 'There is no command "state mvoe".\nDid you mean mfa-admin state move?',
    },
    {
      what: "a slip in a flag's name, suggesting the right one",
      args: ["up", "--lock-timout=10m"],
      says: "Nonexistent flag: --lock-timout=10m.\nDid you mean --lock-timeout?",
    },
    {
      what: "help for a command that there is none of",
      args: ["frobnicate", "--help"],
      says: 'There is no command "frobnicate".\nSee mfa-admin --help for the commands.',
    },
    {
      what: "help for a slip in a command's name, suggesting the right one",
      args: ["ad-developer", "alice", "--help"],
      says: 'There is no command "ad-developer".\nDid you mean mfa-admin add-developer?',
    },
    {
      what: "help of a slip in a command of two words, suggesting the right one",
      args: ["help", "state", "mvoe"],
      says: 'There is no command "state mvoe".\nDid you mean mfa-admin state move?',
    },
    {
      what: "an argument too many",
      args: ["up", "alice"],
      says: 'mfa-admin up takes no argument "alice".\nSee mfa-admin up --help.',
    },
    {
      what: "an argument too many, with colons, as it was typed",
      args: ["state", "move", "s3://ours", "--yes"],
      says: 'mfa-admin state move takes no argument "s3://ours".\nSee mfa-admin state move --help.',
    },
    {
      what: "a missing argument",
      args: ["add-developer"],
      says: "Missing 1 required arg: name.\nSee --help for the arguments and flags.",
    },
    {
      what: "an unknown flag",
      args: ["up", "--force"],
      says: "Nonexistent flag: --force.\nSee --help for the arguments and flags.",
    },
    {
      what: "a flag without its value",
      args: ["list", "--stack"],
      says: "Flag --stack expects a value.\nSee --help for the arguments and flags.",
    },
    {
      what: "a directory that is not there",
      args: ["list", "--cwd", "no/such/place"],
      says: "--cwd: No directory found at no/such/place.\nSee --help for the arguments and flags.",
    },
  ];

  for (const { what, args, says } of wrong) {
    it(`refuses ${what}, with status 1`, async () => {
      expect(await admin.run(...args)).to.eql({ status: 1, stdout: "", stderr: `Error: ${says}\n` });
    });
  }

  it("tells an unknown command as JSON where --json is given", async () => {
    const { status, value } = await admin.json("frobnicate");
    expect(status).to.equal(1);
    expect(value).to.eql({
      error: { message: 'There is no command "frobnicate".', remedy: "See mfa-admin --help for the commands." },
    });
  });

  it("shows no stack trace unless --verbose asks for it", async () => {
    expect((await admin.run("list")).stderr).not.to.match(/^ {4}at /m);
    expect((await admin.run("list", "--verbose")).stderr).to.match(/^ {4}at /m);
  });

  it("helps by help as by --help, with the commands of administrators and of developers apart, and where each begins", async () => {
    const { stdout } = await admin.succeed("help");
    expect(stdout).to.equal((await admin.succeed("--help")).stdout);
    const [, administrators = "", developers = ""] = stdout.split(/^FOR .*\n/m);
    expect(stdout).to.contain("FOR ADMINISTRATORS (begin with mfa-admin init)\n");
    expect(stdout).to.contain("FOR DEVELOPERS (begin with mfa-admin enroll)\n");
    expect(administrators)
      .to.match(/^ {2}add-developer /m)
      .and.not.match(/^ {2}login /m);
    expect(developers)
      .to.match(/^ {2}login /m)
      .and.not.match(/^ {2}up /m);
    expect((await admin.succeed("help", "login")).stdout).to.equal((await admin.succeed("login", "--help")).stdout);
  });

  it("has examples in the help of every command", async () => {
    const { stdout } = await admin.succeed("--help");
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = ""]) => name);
    expect(commands).to.include.members([
      ...["add-developer", "cancel", "destroy", "init", "list"],
      ...["outputs", "preview", "refresh", "remove-developer", "up"],
    ]);
    for (const command of commands.map((name) => (name === "state" ? ["state", "move"] : [name]))) {
      const { stdout: help } = await admin.succeed(...command, "--help");
      expect(help, `${command.join(" ")}: a flag's default is told once`).not.to.match(
        /\[default: [^\]]*\](?:(?!--)[^[])* Default:/,
      );
      expect(help, `${command.join(" ")}: brackets of the usage`).not.to.contain(" ]");
      expect(help, command.join(" ")).to.match(/^EXAMPLES\n {2}\$ mfa-admin /m);
    }
  });
});
